#include "cli/config.h"

#include <ctype.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum kind { TEXT, NUMBER, FLAG };

static const struct setting {
    const char *name, *otherwise, *says;
    enum kind kind;
    size_t offset;
    int least, most;
} TABLE[] = {
#define ROW(m, type, n, d, lo, hi, s) {n, d, s, type, offsetof(struct config, m), lo, hi},
    SETTINGS(ROW)
#undef ROW
};
#define TABLE_N (sizeof TABLE / sizeof *TABLE)

static CHECKED enum err set_number(const struct setting *s, int *at, const char *value,
                                   const char *where, struct why *w)
{
    int64_t v;

    if (!str_i64(str_of(value), s->least, s->most, &v))
        return fail(w, E_INVALID, "setting \"%s\" (%s): \"%s\" is no number from %d to %d", s->name,
                    where, value, s->least, s->most);
    *at = (int)v;
    return OK;
}

static CHECKED enum err set_flag(const struct setting *s, bool *at, const char *value,
                                 const char *where, struct why *w)
{
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return fail(w, E_INVALID, "setting \"%s\" (%s): \"%s\" is neither true nor false", s->name,
                    where, value);
    *at = value[0] == 't';
    return OK;
}

static CHECKED enum err check_text(const struct setting *s, const char *value, const char *where,
                                   struct why *w)
{
    static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
    bool is_known = strcmp(s->name, "log_level") != 0;

    for (const char *const *l = levels; *l; l++)
        is_known = is_known || strcmp(*l, value) == 0;
    if (!is_known)
        return fail(w, E_INVALID, "setting \"%s\" (%s): \"%s\" is no level", s->name, where, value);
    if (strcmp(s->name, "base_url") == 0 && strncmp(value, "http://", 7) != 0 &&
        strncmp(value, "https://", 8) != 0)
        return fail(w, E_INVALID, "setting \"base_url\" (%s): it begins with http:// or https://",
                    where);
    if (strcmp(s->name, "store") == 0 && strncmp(value, "postgresql://", 13) != 0 &&
        strncmp(value, "postgres://", 11) != 0)
        return fail(w, E_INVALID, "setting \"store\" (%s): it begins with postgresql://", where);
    return OK;
}

static CHECKED enum err set(struct config *c, const struct setting *s, const char *value,
                            const char *where, struct why *w)
{
    char *at = (char *)c + s->offset;
    enum err e;

    switch (s->kind) {
    case NUMBER:
        return set_number(s, (int *)(void *)at, value, where, w);
    case FLAG:
        return set_flag(s, (bool *)at, value, where, w);
    case TEXT:
        break;
    }
    if ((e = check_text(s, value, where, w)))
        return e;
    memcpy(at, &value, sizeof value);
    return OK;
}

enum err config_set(struct config *c, const char *name, const char *value, const char *where,
                    struct why *w)
{
    for (size_t i = 0; i < TABLE_N; i++)
        if (strcmp(TABLE[i].name, name) == 0)
            return set(c, &TABLE[i], value, where, w);
    return fail(w, E_NOT_FOUND, "there is no setting \"%s\" (%s)", name, where);
}

struct filling {
    struct arena *a;
    struct config *c;
    struct why *w;
    enum err err;
};

static int from_file(void *arg, const char *section, const char *name, const char *value)
{
    struct filling *f = arg;

    (void)section;
    f->err = config_set(f->c, name, arena_str(f->a, value), "antiphon.conf", f->w);
    return f->err == OK;
}

static CHECKED enum err read_file(struct arena *a, const char *data_dir, struct config *c,
                                  struct why *w)
{
    const char *path = arena_printf(a, "%s/antiphon.conf", data_dir);
    struct filling f = {a, c, w, OK};
    int line;

    if (access(path, F_OK) != 0)
        return OK;
    line = ini_parse(path, from_file, &f);
    if (f.err)
        return f.err == E_NOT_FOUND ? E_INVALID : f.err;
    if (line)
        return fail(w, E_INVALID, "\"%s\" cannot be read at line %d", path, line > 0 ? line : 0);
    return OK;
}

static const char *env_name(struct arena *a, const char *name)
{
    char *env = arena_printf(a, "ANTIPHON_%s", name);

    for (char *p = env; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return env;
}

enum err config_read(struct arena *a, const char *data_dir, struct config *ret, struct why *w)
{
    struct config c = {0};
    enum err e;

    for (size_t i = 0; i < TABLE_N; i++)
        if (TABLE[i].otherwise && (e = set(&c, &TABLE[i], TABLE[i].otherwise, "default", w)))
            return e;
    if (data_dir && (e = read_file(a, data_dir, &c, w)))
        return e;
    for (size_t i = 0; i < TABLE_N; i++) {
        const char *name = env_name(a, TABLE[i].name), *value = getenv(name);

        if (value && (e = set(&c, &TABLE[i], value, name, w)))
            return e;
    }
    *ret = c;
    return OK;
}

void config_help(struct buf *b)
{
    struct arena *a = arena_new(1024);

    buf_str(b,
            "Settings, the later over the earlier: the defaults, DIR/antiphon.conf (name = value,\n"
            "a line each), the environment, the command line (--name value).\n\n");
    for (size_t i = 0; i < TABLE_N; i++) {
        buf_printf(b, "  %s   (%s; default: %s)\n      %s\n", TABLE[i].name,
                   env_name(a, TABLE[i].name), TABLE[i].otherwise ? TABLE[i].otherwise : "none",
                   TABLE[i].says);
    }
    arena_free(a);
}
