#include "channels/email/settings.h"

#include <string.h>

#include "base/limits.h"
#include "channels/email/rules.h"

static const char *const SECURITIES[] = {"tls", "starttls", "none", NULL};

#define SERVER_TEXT(json, member, flags, most, says)                                               \
    {                                                                                              \
        json, SHAPE_TEXT, flags, offsetof(struct mail_server, member), 0, most, NULL, NULL, says   \
    }
#define PORT_FIELD                                                                                 \
    {                                                                                              \
        "port", SHAPE_I64, SHAPE_OMIT, offsetof(struct mail_server, port), 0, 65535, NULL, NULL,   \
            "0: the usual one"                                                                     \
    }
#define SECURITY_FIELD                                                                             \
    {                                                                                              \
        "security", SHAPE_ENUM, SHAPE_REQUIRED, offsetof(struct mail_server, security), 0, 0,      \
            NULL, SECURITIES, "tls from the start, starttls, or none (this machine only)"          \
    }
#define PLAIN_FIELD                                                                                \
    {                                                                                              \
        "allow_plain", SHAPE_BOOL, SHAPE_OMIT, offsetof(struct mail_server, allow_plain), 0, 0,    \
            NULL, NULL, "security none to another machine: passwords can be read on the way"       \
    }

static SHAPE(IMAP, "ImapServer", struct mail_server, "Where mail is fetched",
             {SERVER_TEXT("host", host, SHAPE_REQUIRED, 255,
                          "host name, checked against its certificate"),
              PORT_FIELD, SECURITY_FIELD, SERVER_TEXT("user", user, SHAPE_REQUIRED, 320, "login"),
              SERVER_TEXT("password", password, SHAPE_REQUIRED, 1000, "password"),
              SERVER_TEXT("folder", folder, SHAPE_OMIT, 255, "folder; INBOX if left out"),
              SERVER_TEXT("ca_file", ca_file, SHAPE_OMIT, 4096, "PEM file of a private authority"),
              PLAIN_FIELD});

static SHAPE(SMTP, "SmtpServer", struct mail_server, "Where mail is handed over",
             {SERVER_TEXT("host", host, SHAPE_REQUIRED, 255,
                          "host name, checked against its certificate"),
              PORT_FIELD, SECURITY_FIELD,
              SERVER_TEXT("user", user, SHAPE_OMIT, 320, "login; left out: none"),
              SERVER_TEXT("password", password, SHAPE_OMIT, 1000, "password"),
              SERVER_TEXT("ca_file", ca_file, SHAPE_OMIT, 4096, "PEM file of a private authority"),
              PLAIN_FIELD});

SHAPE(mail_settings_shape, "MailSettings", struct mail_settings, "Settings of a mail inbox",
      {{"address", SHAPE_TEXT, SHAPE_REQUIRED, offsetof(struct mail_settings, address), 3,
        LIMIT_EXTERNAL_ID_CHARS, NULL, NULL, "the address that customers write to"},
       {"name", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct mail_settings, name), 0, LIMIT_NAME_CHARS,
        NULL, NULL, "the name beside the address"},
       {"signature", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct mail_settings, signature), 0, 2000,
        NULL, NULL, "put under each answer"},
       {"subaddress", SHAPE_BOOL, SHAPE_OMIT, offsetof(struct mail_settings, subaddress), 0, 0,
        NULL, NULL, "the server takes address+anything: answers then carry a signed Reply-To"},
       {"poll_s", SHAPE_I64, SHAPE_OMIT, offsetof(struct mail_settings, poll_s), 0, 3600, NULL,
        NULL, "seconds between looks where the server has no IDLE; 0: 60"},
       {"history_days", SHAPE_I64, SHAPE_OMIT, offsetof(struct mail_settings, history_days), 0,
        3650, NULL, NULL, "days back that the first look at the folder takes in; 0: 7"},
       {"imap", SHAPE_OBJECT, SHAPE_OMIT, offsetof(struct mail_settings, imap), 0, 0, &IMAP, NULL,
        "where mail is fetched"},
       {"smtp", SHAPE_OBJECT, SHAPE_OMIT, offsetof(struct mail_settings, smtp), 0, 0, &SMTP, NULL,
        "where mail is handed over"}});

enum mail_security mail_security_of(const struct mail_server *s)
{
    if (strcmp(s->security, "none") == 0)
        return MAIL_NONE;
    return strcmp(s->security, "starttls") == 0 ? MAIL_STARTTLS : MAIL_TLS;
}

static bool is_this_machine(const char *host)
{
    return strcmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
           strcmp(host, "::1") == 0;
}

static enum err judge_server(const struct mail_server *s, const char *field, struct why *w)
{
    if (!s)
        return OK;
    for (const char *c = s->host; *c; c++)
        if ((unsigned char)*c <= ' ' || strchr("/@\\\"<>", *c))
            return fail_field(w, E_INVALID, field, "\"%s\" is no host name", s->host);
    if (mail_security_of(s) == MAIL_NONE && !s->allow_plain && !is_this_machine(s->host))
        return fail_field(w, E_INVALID, field,
                          "security none sends passwords readable to \"%s\"; set allow_plain if "
                          "that is meant",
                          s->host);
    for (const char *c = s->user; c && *c; c++)
        if ((unsigned char)*c < ' ')
            return fail_field(w, E_INVALID, field, "a login cannot hold control characters");
    for (const char *c = s->password; c && *c; c++)
        if (*c == '\r' || *c == '\n')
            return fail_field(w, E_INVALID, field, "a password cannot hold line breaks");
    return OK;
}

enum err mail_settings_read(const char *json, struct arena *a, struct mail_settings *ret,
                            struct why *w)
{
    struct mail_settings s = {0};
    enum err e = shape_parse(&mail_settings_shape, json, strlen(json), a, &s, w);

    if (e)
        return e;
    s.address = address_normal(a, s.address);
    if (!s.address)
        return fail_field(w, E_INVALID, "settings.address", "this is no mail address");
    if ((e = judge_server(s.imap, "settings.imap.host", w)) ||
        (e = judge_server(s.smtp, "settings.smtp.host", w)))
        return e;
    *ret = s;
    return OK;
}
