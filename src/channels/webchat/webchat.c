#include "channels/webchat/webchat.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "channels/webchat/origin.h"
#include "channels/webchat/token.h"
#include "sys/zone.h"

/* Pages of one company: sites, languages, staging. */
#define ORIGINS 50

SHAPE(WEBCHAT_SETTINGS, "ChatSettings", struct webchat_settings, "how a chat inbox behaves",
      {
          {"origins", SHAPE_TEXTS, 0, offsetof(struct webchat_settings, origins), 0, ORIGINS,
           .doc = "pages that may show the chat, like https://shop.example; * for all"},
          {"title", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct webchat_settings, title), 0, 100,
           .doc = "what customers call you, over the chat; null: the inbox's name"},
          {"greeting", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct webchat_settings, greeting), 0,
           300, .doc = "what the empty chat says; null: ours, in the customer's language"},
          {"away_text", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct webchat_settings, away_text), 0,
           300, .doc = "what it says when nobody is in; null: ours"},
          {"color", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct webchat_settings, color), 0, 7,
           .doc = "the company's colour, #rrggbb; contrast is corrected for you"},
          {"locale", SHAPE_TEXT, SHAPE_NULLABLE, offsetof(struct webchat_settings, locale), 0, 35,
           .doc = "language of the chat, as in pt-BR; null: the customer's"},
          {"hours", SHAPE_OBJECT, SHAPE_NULLABLE, offsetof(struct webchat_settings, hours),
           .of = &WEBCHAT_HOURS, .doc = "when somebody is in; null: always"},
          {"require_identity", SHAPE_BOOL, 0, offsetof(struct webchat_settings, require_identity),
           .doc = "only customers whom your page signs for may write"},
          {"needs_email_when_away", SHAPE_BOOL, 0,
           offsetof(struct webchat_settings, needs_email_when_away),
           .doc = "ask for an address when nobody is in"},
      });

static bool is_color(const char *s)
{
    size_t n = strlen(s);

    if (s[0] != '#' || (n != 4 && n != 7))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!isxdigit((unsigned char)s[i]))
            return false;
    return true;
}

static enum err origins_clean(struct shape_texts *origins, struct arena *a, struct why *w)
{
    char field[WHY_FIELD_BYTES];
    struct why one = {0};

    for (size_t i = 0; i < origins->n; i++) {
        if (webchat_origin_clean(origins->v[i], a, &origins->v[i], &one)) {
            snprintf(field, sizeof field, "origins.%zu", i);
            return fail_field(w, E_INVALID, field, "%s", one.text);
        }
    }
    return OK;
}

static const char *given(const char *s)
{
    return s && *s ? s : NULL;
}

enum err webchat_settings_read(const char *json, struct arena *a, struct webchat_settings *ret,
                               struct why *w)
{
    struct webchat_settings s = {0};
    enum err e;

    if ((e = shape_parse(&WEBCHAT_SETTINGS, json, strlen(json), a, &s, w)))
        return e;
    if ((e = origins_clean(&s.origins, a, w)))
        return e;
    s.title = given(s.title);
    s.greeting = given(s.greeting);
    s.away_text = given(s.away_text);
    s.color = given(s.color);
    s.locale = given(s.locale);
    if (s.color && !is_color(s.color))
        return fail_field(w, E_INVALID, "color", "\"%s\" is not a colour like #0f766e", s.color);
    if (s.hours && (e = webchat_hours_check(s.hours, w)))
        return e;
    if (s.hours && s.hours->zone && !zone_exists(s.hours->zone))
        return fail_field(w, E_INVALID, "hours.zone", "\"%s\" is not a time zone of this machine",
                          s.hours->zone);
    *ret = s;
    return OK;
}

static enum err settings_check(const char *json, struct arena *a, struct why *w)
{
    struct webchat_settings s;
    struct why inner = {0};
    enum err e = webchat_settings_read(json, a, &s, &inner);

    if (!e)
        return OK;
    return fail_field(w, e, arena_printf(a, "settings.%s", inner.field), "%s", inner.text);
}

/* Nothing to connect to: well if the settings are. */
static enum err check(const struct inbox *inbox, struct arena *a, struct why *w)
{
    struct webchat_settings s;

    return webchat_settings_read(inbox->settings, a, &s, w);
}

const struct channel webchat_channel = {
    .name = "webchat",
    .label = "chat",
    .max_text = WEBCHAT_TEXT_CHARS,
    .media = true,
    .dedupes = true,
    .sends = false,
    .settings = &WEBCHAT_SETTINGS,
    .settings_bytes = sizeof(struct webchat_settings),
    .settings_check = settings_check,
    .check = check,
    .page_token = webchat_token,
    .identity_secret = webchat_identity_secret,
};
