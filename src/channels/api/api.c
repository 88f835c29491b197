#include "channels/api/api.h"

#include "base/limits.h"

struct api_settings {
    const char *note;
};

static SHAPE(API_SETTINGS, "ApiSettings", struct api_settings,
             "Settings of an API inbox: none needed",
             {{"note", SHAPE_TEXT, SHAPE_OMIT, offsetof(struct api_settings, note), 0, 500, NULL,
               NULL, "what this inbox is for; shown to admins"}});

const struct channel api_channel = {
    .name = "api",
    .label = "API",
    .max_text = LIMIT_TEXT_CHARS,
    .threads = true,
    .media = true,
    .dedupes = true,
    .sends = false,
    .settings = &API_SETTINGS,
    .settings_bytes = sizeof(struct api_settings),
};
