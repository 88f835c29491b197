#include "channels/email/mime_inside.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>

#include "base/limits.h"
#include "base/scope.h"

#define REPLACEMENT "\xEF\xBF\xBD"

/* Labels people use, and the superset that their software means (WHATWG Encoding, section
 * 4.2). It is also the list of converters loaded before the jail closes: any other charset
 * cannot be loaded there (among them the ISO-2022-CN-EXT of CVE-2024-2961). */
static const struct {
    const char *label, *name;
} CHARSETS[] = {
    {"iso-8859-1", "WINDOWS-1252"},
    {"latin1", "WINDOWS-1252"},
    {"windows-1252", "WINDOWS-1252"},
    {"cp1252", "WINDOWS-1252"},
    {"iso-8859-2", "ISO-8859-2"},
    {"iso-8859-3", "ISO-8859-3"},
    {"iso-8859-4", "ISO-8859-4"},
    {"iso-8859-5", "ISO-8859-5"},
    {"iso-8859-6", "ISO-8859-6"},
    {"iso-8859-7", "ISO-8859-7"},
    {"iso-8859-8", "ISO-8859-8"},
    {"iso-8859-9", "WINDOWS-1254"},
    {"iso-8859-10", "ISO-8859-10"},
    {"iso-8859-13", "ISO-8859-13"},
    {"iso-8859-14", "ISO-8859-14"},
    {"iso-8859-15", "ISO-8859-15"},
    {"iso-8859-16", "ISO-8859-16"},
    {"windows-1250", "WINDOWS-1250"},
    {"windows-1251", "WINDOWS-1251"},
    {"windows-1253", "WINDOWS-1253"},
    {"windows-1254", "WINDOWS-1254"},
    {"windows-1255", "WINDOWS-1255"},
    {"windows-1256", "WINDOWS-1256"},
    {"windows-1257", "WINDOWS-1257"},
    {"windows-1258", "WINDOWS-1258"},
    {"windows-874", "CP874"},
    {"tis-620", "CP874"},
    {"koi8-r", "KOI8-R"},
    {"koi8-u", "KOI8-U"},
    {"macintosh", "MACINTOSH"},
    {"iso-2022-jp", "ISO-2022-JP-3"},
    {"shift_jis", "CP932"},
    {"shift-jis", "CP932"},
    {"x-sjis", "CP932"},
    {"windows-31j", "CP932"},
    {"euc-jp", "EUC-JP-MS"},
    {"euc-kr", "CP949"},
    {"ks_c_5601-1987", "CP949"},
    {"cp949", "CP949"},
    {"iso-2022-kr", "ISO-2022-KR"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"utf-16", "UTF-16"},
    {"utf-16le", "UTF-16LE"},
    {"utf-16be", "UTF-16BE"},
    {"utf-7", "UTF-7"},
};

/* gmime asks iconv for these under their own names when it decodes headers. */
static const char *const MORE[] = {"ISO-8859-1", "ISO-8859-9", "ISO-2022-JP",    "SHIFT_JIS",
                                   "SJIS",       "EUC-JP",     "EUC-KR",         "GBK",
                                   "GB2312",     "BIG5",       "KS_C_5601-1987", "UHC"};

void mime_prepare(void)
{
    g_mime_init();
    /* Kept open for the life of the process: closing would unload the converter. */
    for (size_t i = 0; i < sizeof CHARSETS / sizeof *CHARSETS; i++)
        (void)iconv_open("UTF-8", CHARSETS[i].name);
    for (size_t i = 0; i < sizeof MORE / sizeof *MORE; i++)
        (void)iconv_open("UTF-8", MORE[i]);
}

static const char *converter_for(const char *charset)
{
    for (size_t i = 0; charset && i < sizeof CHARSETS / sizeof *CHARSETS; i++)
        if (strcasecmp(charset, CHARSETS[i].label) == 0)
            return CHARSETS[i].name;
    return NULL;
}

/* One that could not be opened is refused with EBADF, which says nothing new. */
static void converter_done(iconv_t *cd)
{
    (void)iconv_close(*cd);
}

/* Convert; what cannot be becomes U+FFFD. Returns how many such there were, or SIZE_MAX if
 * there is no such converter. */
static size_t convert(struct str in, const char *from, struct buf *out)
{
    SCOPED(converter_done) iconv_t cd = iconv_open("UTF-8", from);
    char *p = (char *)(uintptr_t)in.p;
    size_t left = in.n, bad = 0;
    char room[4096];

    if (cd == (iconv_t)-1)
        return SIZE_MAX;
    while (left && !out->is_over) {
        char *to = room;
        size_t space = sizeof room;
        size_t rc = iconv(cd, &p, &left, &to, &space);

        buf_add(out, room, (size_t)(to - room));
        if (rc != (size_t)-1 || errno == E2BIG)
            continue;
        bad++;
        buf_str(out, REPLACEMENT);
        if (errno == EINVAL)
            break; /* cut in the middle of a character */
        p++;
        left--;
    }
    return bad;
}

/* Valid UTF-8 out of what is nearly so. */
static void mend_utf8(struct str in, struct buf *out)
{
    while (in.n && !out->is_over) {
        size_t good = utf8_cut(in.p, in.n, in.n);

        buf_add(out, in.p, good);
        in.p += good;
        in.n -= good;
        if (in.n) {
            buf_str(out, REPLACEMENT);
            in.p++;
            in.n--;
        }
    }
}

/* Text that says nothing of its charset, or lies: UTF-8 if it is, else what Windows means. */
static void guess(struct str in, struct buf *out)
{
    if (utf8_is_valid(in.p, in.n) || convert(in, "WINDOWS-1252", out) == SIZE_MAX)
        mend_utf8(in, out);
}

static void to_utf8(struct str in, const char *charset, struct buf *out)
{
    const char *from = converter_for(charset);

    if (charset && (strcasecmp(charset, "utf-8") == 0 || strcasecmp(charset, "utf8") == 0)) {
        if (utf8_is_valid(in.p, in.n))
            buf_add(out, in.p, in.n);
        else if (utf8_cut(in.p, in.n, in.n) < in.n / 2)
            guess(in, out);
        else
            mend_utf8(in, out);
    } else if (!from || convert(in, from, out) == SIZE_MAX) {
        guess(in, out);
    }
}

/* Line ends as \n, no control characters; stops at max_chars. */
static void add_clean(struct buf *out, struct str in, size_t max_chars)
{
    size_t chars = 0;

    if (str_starts(in, STR("\xEF\xBB\xBF")))
        in.p += 3, in.n -= 3;
    for (size_t i = 0; i < in.n && !out->is_over; i++) {
        unsigned char c = (unsigned char)in.p[i];

        if ((c & 0xC0) != 0x80 && ++chars > max_chars)
            return;
        if (c == '\r') {
            if (i + 1 >= in.n || in.p[i + 1] != '\n')
                buf_char(out, '\n');
            else
                chars--;
        } else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f)) {
            buf_char(out, (char)c);
        }
    }
}

const char *charset_text(struct arena *a, struct str bytes, const char *charset, size_t max_chars)
{
    struct buf utf8, out;
    const char *ret;
    struct str v;

    /* No charset takes more than four bytes a character, plus markup for the shifted ones. */
    if (bytes.n > max_chars * 8)
        bytes.n = max_chars * 8;
    buf_init(&utf8, 4UL * LIMIT_MAIL_BYTES);
    buf_init(&out, 4UL * LIMIT_MAIL_BYTES);
    to_utf8(bytes, charset, &utf8);
    add_clean(&out, (struct str){utf8.p, utf8.n}, max_chars);
    v = (struct str){out.p, out.n};
    while (v.n && strchr(" \t\n", v.p[v.n - 1]))
        v.n--;
    ret = arena_dup(a, v.n ? v.p : "", v.n);
    buf_done(&utf8);
    buf_done(&out);
    return ret;
}

const char *charset_of_html(struct arena *a, struct str html)
{
    size_t n = html.n < 2048 ? html.n : 2048, len = 0;
    const char *at = NULL;

    for (size_t i = 0; i + 8 < n && !at; i++)
        if (strncasecmp(html.p + i, "charset=", 8) == 0)
            at = html.p + i + 8;
    if (!at)
        return NULL;
    at += *at == '"' || *at == '\'';
    while (at + len < html.p + n && (isalnum((unsigned char)at[len]) || strchr("-_", at[len])))
        len++;
    return len && len < 40 ? arena_dup(a, at, len) : NULL;
}

const char *charset_line(struct arena *a, const char *s, size_t max_chars)
{
    char *text, *to;

    if (!s)
        return NULL;
    text = arena_str(a, charset_text(a, str_of(s), "utf-8", max_chars));
    to = text;
    for (const char *p = text; *p; p++) {
        bool is_space = *p == '\n' || *p == '\t' || *p == ' ';

        if (!is_space)
            *to++ = *p;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    while (to > text && to[-1] == ' ')
        to--;
    *to = 0;
    return text;
}
