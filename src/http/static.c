#include "http/static.h"

#include <string.h>
#include <zlib.h>

const struct asset *asset_find(const char *path)
{
    size_t low = 0, high = N_ASSETS;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, ASSETS[middle].path);

        if (order == 0)
            return &ASSETS[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* Does a list like `"a", W/"b"` name the tag, or is it "*"? (RFC 9110 13.1.2: weakly) */
static bool names_tag(struct str list, struct str tag)
{
    if (str_eq(str_trim(list), STR("*")))
        return true;
    while (list.n) {
        struct str one = str_trim(str_cut(&list, ','));

        if (str_starts(one, STR("W/")))
            one.p += 2, one.n -= 2;
        if (str_eq(one, tag))
            return true;
    }
    return false;
}

/* "gzip" or "*" in Accept-Encoding, without q=0. */
static bool takes_gzip(struct str list)
{
    while (list.n) {
        struct str one = str_trim(str_cut(&list, ','));
        struct str name = str_trim(str_cut(&one, ';')), weight = str_trim(one);

        if (!str_eq_nocase(name, STR("gzip")) && !str_eq(name, STR("*")))
            continue;
        return !str_eq(weight, STR("q=0")) && !str_eq(weight, STR("q=0.0"));
    }
    return false;
}

static enum err inflate_into(struct buf *b, const struct asset *asset, struct why *w)
{
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)asset->gz, .avail_in = (uInt)asset->n};
    unsigned char piece[16384];
    int state = inflateInit2(&z, 16 + MAX_WBITS); /* 16: a gzip header */

    while (state == Z_OK) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        state = inflate(&z, Z_NO_FLUSH);
        buf_add(b, piece, sizeof piece - z.avail_out);
    }
    inflateEnd(&z);
    return state == Z_STREAM_END ? OK : fail(w, E_INTERNAL, "the page '%s' is broken", asset->path);
}

enum err asset_reply(struct req *q, struct res *s, const struct asset *asset, struct why *w)
{
    bool is_for_ever = str_starts(str_of(asset->path), STR("/assets/"));

    s->content_type = asset->type;
    res_header(s, "ETag", asset->etag);
    res_header(s, "Vary", "Accept-Encoding");
    res_header(s, "Cache-Control",
               is_for_ever ? "public, max-age=31536000, immutable" : "no-cache");
    if (names_tag(req_header(q, "if-none-match"), str_of(asset->etag))) {
        s->status = 304;
        return OK;
    }
    if (!takes_gzip(req_header(q, "accept-encoding")))
        return inflate_into(&s->body, asset, w);
    res_header(s, "Content-Encoding", "gzip");
    s->fixed = (struct str){(const char *)asset->gz, asset->n};
    return OK;
}

/* Addresses of programs, not of people: nothing there is nothing. */
static bool is_page(const char *path)
{
    static const char *const NOT[] = {"/api/", "/chat/", "/files/", "/hooks/"};
    const char *last = strrchr(path, '/');

    for (size_t i = 0; i < sizeof NOT / sizeof *NOT; i++)
        if (str_starts(str_of(path), str_of(NOT[i])))
            return false;
    return !strchr(last ? last : path, '.');
}

enum err static_get(struct req *q, struct res *s, struct why *w)
{
    const struct asset *asset = asset_find(q->path);

    if (!asset && is_page(q->path))
        asset = asset_find("/index.html");
    if (!asset)
        return fail(w, E_NOT_FOUND, "there is nothing at this address");
    return asset_reply(q, s, asset, w);
}
