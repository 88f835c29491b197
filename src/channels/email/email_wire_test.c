/* email_wire_test.c: does every mail become what it should, or one clear error?
 *
 * tests/wire/email/<case>/got.eml goes through the channel's parse (with its jail), and what
 * comes out must equal want.json. A new case needs no code: write got.eml, run with
 * ANTIPHON_WIRE_WRITE=1, read the new want.json with care.
 * Then the public corpus and mutations of it: never a crash, never a hang. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "base/scope.h"
#include "channels/email/email.h"
#include "channels/email/mime.h"
#include "sys/secret.h"

#define CASES_MAX     200
#define MUTATIONS     500
#define MUTATIONS_ALL 10000

static const struct inbox INBOX = {
    .id = 3,
    .name = "Help",
    .channel = "email",
    .settings = "{\"address\":\"help@example.com\"}",
    .secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
};

#define TOLD_BYTES_MAX (8UL * 1024 * 1024)

/* One member a line, so that a difference shows its line. */
static void member(struct buf *b, const char *name)
{
    buf_str(b, b->n > 1 ? ",\n  \"" : "\n  \"");
    buf_str(b, name);
    buf_str(b, "\": ");
}

static void put(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    member(b, name);
    buf_json(b, value, strlen(value));
}

static void put_texts(struct buf *b, const char *name, const char *const *v, size_t n)
{
    if (n)
        member(b, name);
    for (size_t i = 0; i < n; i++) {
        buf_str(b, i ? ", " : "[");
        buf_json(b, v[i], strlen(v[i]));
    }
    if (n)
        buf_char(b, ']');
}

static void put_attachments(struct buf *b, const struct incoming *in)
{
    if (in->n_attachments)
        member(b, "attachments");
    for (size_t i = 0; i < in->n_attachments; i++) {
        const struct attachment *f = &in->attachments[i];

        buf_str(b, i ? ",\n    {\"name\": " : "[\n    {\"name\": ");
        buf_json(b, f->name, strlen(f->name));
        buf_str(b, ", \"type\": ");
        buf_json(b, f->type, strlen(f->type));
        buf_printf(b, ", \"bytes\": %lld", (long long)f->n_bytes);
        if (f->content_id) {
            buf_str(b, ", \"content_id\": ");
            buf_json(b, f->content_id, strlen(f->content_id));
        }
        buf_str(b, f->is_inline ? ", \"is_inline\": true}" : "}");
    }
    if (in->n_attachments)
        buf_char(b, ']');
}

static void put_time(struct buf *b, const char *name, msec t)
{
    if (!t)
        return;
    member(b, name);
    buf_time(b, t);
}

/* What came out, without what only repeats the input. */
static void tell(struct buf *b, enum err e, const struct incoming *in, const struct why *w)
{
    buf_char(b, '{');
    if (e) {
        put(b, "error", err_name(e));
        put(b, "why", w->text);
        buf_str(b, "\n}\n");
        return;
    }
    put(b, "external_id", in->external_id);
    put(b, "from", in->contact.external_id);
    put(b, "name", in->contact.name);
    put(b, "subject", in->subject);
    put(b, "text", in->text);
    put(b, "html", in->html);
    put_time(b, "sent_at", in->sent_at);
    put_texts(b, "refs", in->refs, in->n_refs);
    put_texts(b, "others", in->others, in->n_others);
    if (in->token_ticket_id) {
        member(b, "token_ticket_id");
        buf_i64(b, in->token_ticket_id);
    }
    put_attachments(b, in);
    if (in->is_automatic) {
        member(b, "is_automatic");
        buf_str(b, "true");
    }
    if (in->meta) {
        member(b, "meta");
        buf_str(b, in->meta);
    }
    buf_str(b, "\n}\n");
}

/* Parse through the jail; *ret takes what came out. True: it became a message. */
static bool run(const void *raw, size_t n, struct buf *ret)
{
    struct arena *a = arena_new(64 * 1024);
    struct incoming in = {0};
    struct why w = {0};
    enum err e = email_channel.parse(&INBOX, raw, n, a, &in, &w);

    assert_true(e == OK || e == E_INVALID);
    assert_true(e == OK || strlen(w.text) > 0);
    buf_reset(ret);
    tell(ret, e, &in, &w);
    assert_false(ret->is_over);
    assert_true(utf8_is_valid(ret->p, ret->n));
    arena_free(a);
    return e == OK;
}

static char *slurp(const char *path, size_t *ret_n)
{
    FILE *f = fopen(path, "rb");
    struct buf b;

    if (!f)
        return NULL;
    buf_init(&b, 64UL * 1024 * 1024);
    buf_str(&b, "");
    for (int c; (c = fgetc(f)) != EOF;)
        buf_char(&b, (char)c);
    fclose(f);
    *ret_n = b.n;
    return b.p; /* freed by the caller */
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t names_in(const char *folder, char *names[CASES_MAX])
{
    DIR *d = opendir(folder);
    size_t n = 0;

    for (struct dirent *e; d && (e = readdir(d)) && n < CASES_MAX;)
        if (e->d_name[0] != '.')
            names[n++] = strdup(e->d_name);
    if (d)
        closedir(d);
    qsort(names, n, sizeof *names, by_name);
    return n;
}

static void spill(const char *path, const struct buf *b)
{
    FILE *f = fopen(path, "wb");

    if (f) {
        fwrite(b->p, 1, b->n, f);
        fclose(f);
    }
}

static bool judge_case(const char *name)
{
    char got_path[600], want_path[600];
    size_t n = 0, n_want = 0;
    char *raw, *want;
    struct buf got;
    bool is_same;

    buf_init(&got, TOLD_BYTES_MAX);
    snprintf(got_path, sizeof got_path, "%s/tests/wire/email/%s/got.eml", SOURCE_ROOT, name);
    snprintf(want_path, sizeof want_path, "%s/tests/wire/email/%s/want.json", SOURCE_ROOT, name);
    raw = slurp(got_path, &n);
    assert_non_null(raw);
    run(raw, n, &got);
    if (getenv("ANTIPHON_WIRE_WRITE"))
        spill(want_path, &got);
    want = slurp(want_path, &n_want);
    is_same = want && str_eq((struct str){got.p, got.n}, (struct str){want, n_want});
    if (!is_same)
        print_error("case %s: got %s\n", name, got.p);
    buf_done(&got);
    free(raw);
    free(want);
    return is_same;
}

static void every_case_reads_as_wanted(void **state)
{
    char *names[CASES_MAX];
    size_t n = names_in(SOURCE_ROOT "/tests/wire/email", names), bad = 0;

    for (size_t i = 0; i < n; i++) {
        bad += !judge_case(names[i]);
        free(names[i]);
    }
    print_message("%zu cases\n", n);
    assert_true(n >= 25);
    assert_int_equal(bad, 0);
}

/* --- the public corpus ------------------------------------------------------------------- */

struct corpus {
    char *mails[CASES_MAX];
    size_t sizes[CASES_MAX];
    size_t n;
};

static void gather(struct corpus *c, const char *folder, int depth)
{
    char *names[CASES_MAX];
    size_t n = names_in(folder, names);

    for (size_t i = 0; i < n; i++) {
        char path[1200];
        struct stat st;

        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode) && depth < 6)
            gather(c, path, depth + 1);
        else if (strstr(names[i], ".eml") && c->n < CASES_MAX &&
                 (c->mails[c->n] = slurp(path, &c->sizes[c->n])))
            c->n++;
        free(names[i]);
    }
}

static bool corpus_open(struct corpus *c)
{
    *c = (struct corpus){.n = 0};
    gather(c, SOURCE_ROOT "/../shared/data/mail_eml", 0);
    if (c->n == 0)
        print_message("NOT TESTED: the public corpus (shared/data/mail_eml is not here)\n");
    return c->n > 0;
}

static void corpus_close(struct corpus *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->mails[i]);
}

static void the_public_corpus_reads(void **state)
{
    struct corpus c;
    size_t refused = 0;
    struct buf told;

    if (!corpus_open(&c))
        return;
    buf_init(&told, TOLD_BYTES_MAX);
    for (size_t i = 0; i < c.n; i++)
        refused += !run(c.mails[i], c.sizes[i], &told);
    buf_done(&told);
    print_message("%zu public mails, %zu of them to the quarantine\n", c.n, refused);
    assert_true(c.n >= 100);
    assert_true(refused <= 5); /* those that name nobody */
    corpus_close(&c);
}

static uint64_t dice(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/* Bits flipped, lines doubled, pieces cut and pieces of other mails put in. */
static size_t mutate(const struct corpus *c, uint64_t *seed, char *room, size_t max)
{
    static const char *const spice[] = {"\r\n\r\n",
                                        "--",
                                        "=?utf-8?B?////?=",
                                        "Content-Type: ",
                                        "multipart/mixed; boundary=\"\"",
                                        "\0",
                                        "base64",
                                        "=",
                                        "Content-Transfer-Encoding: x-uuencode\r\n",
                                        "<",
                                        ";",
                                        "\xff"};
    size_t k = dice(seed) % c->n, n = c->sizes[k] < max / 2 ? c->sizes[k] : max / 2;
    size_t times = 1 + dice(seed) % 12;

    memcpy(room, c->mails[k], n);
    while (times-- && n > 8) {
        size_t at = dice(seed) % n, len = dice(seed) % 64;
        const char *word = spice[dice(seed) % (sizeof spice / sizeof *spice)];
        size_t other = dice(seed) % c->n;

        len = len < n - at ? len : n - at;
        switch (dice(seed) % 5) {
        case 0:
            room[at] = (char)dice(seed);
            break;
        case 1:
            memmove(room + at, room + at + len, n - at - len);
            n -= len;
            break;
        case 2:
            memcpy(room + at, word, strlen(word) < n - at ? strlen(word) : n - at);
            break;
        case 3:
            if (n + len < max) {
                memmove(room + at + len, room + at, n - at);
                n += len;
            }
            break;
        default:
            if (c->sizes[other] > 128)
                memcpy(room + at, c->mails[other] + dice(seed) % (c->sizes[other] - 64), len);
        }
    }
    return n;
}

static void mutations_never_crash_and_never_hang(void **state)
{
    const char *all = getenv("ANTIPHON_TEST_ALL");
    size_t rounds = all && *all ? MUTATIONS_ALL : MUTATIONS, refused = 0, max = 1024 * 1024;
    uint64_t seed = 20261122;
    char *room = malloc(max);
    struct corpus c;
    struct buf told;

    buf_init(&told, TOLD_BYTES_MAX);
    if (corpus_open(&c)) {
        for (size_t i = 0; i < rounds; i++) {
            bool is_message = run(room, mutate(&c, &seed, room, max), &told);
            bool is_dead = !is_message && strstr(told.p, "decoder");

            refused += !is_message;
            if (is_dead)
                print_error("mutation %zu: %s\n", i, told.p);
            assert_false(is_dead);
        }
        print_message("%zu mutations, %zu to the quarantine, none killed the decoder\n", rounds,
                      refused);
    }
    corpus_close(&c);
    buf_done(&told);
    free(room);
}

/* --- bombs ------------------------------------------------------------------------------- */

static void repeat(struct buf *b, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_str(b, s);
}

static void bombs_become_one_error_or_a_message(void **state)
{
    static const char head[] = "From: ana@example.org\r\nMessage-ID: <b@x>\r\n";
    struct buf told;

    buf_init(&told, TOLD_BYTES_MAX);
    for (int kind = 0; kind < 7; kind++) {
        struct buf b;

        buf_init(&b, 64UL * 1024 * 1024);
        buf_str(&b, head);
        if (kind == 0) { /* parts inside parts */
            for (int i = 0; i < 10000; i++)
                buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i,
                           i);
        } else if (kind == 1) { /* a great many parts */
            buf_str(&b, "Content-Type: multipart/mixed; boundary=x\r\n\r\n");
            repeat(&b, "--x\r\n\r\na\r\n", 200000);
        } else if (kind == 2) { /* a great many recipients */
            buf_str(&b, "To: a@example.org");
            repeat(&b, ",\r\n b@example.org", 100000);
            buf_str(&b, "\r\n\r\nhi");
        } else if (kind == 3) { /* encoded words */
            buf_str(&b, "Subject: ");
            repeat(&b, "=?utf-8?B?4oKs?=\r\n ", 50000);
            buf_str(&b, "\r\n\r\nhi");
        } else if (kind == 4) { /* one line without an end */
            buf_str(&b, "\r\n");
            repeat(&b, "0123456789", 1000000);
        } else if (kind == 5) { /* mails inside mails */
            for (int i = 0; i < 5000; i++)
                buf_str(&b, "Content-Type: message/rfc822\r\n\r\n");
            buf_str(&b, "hi");
        } else { /* nested HTML */
            buf_str(&b, "Content-Type: text/html\r\n\r\n");
            repeat(&b, "<table><tr><td>", 60000);
        }
        if (run(b.p, b.n, &told))
            print_message("bomb %d: a message\n", kind);
        else
            print_message("bomb %d: %s", kind, told.p);
        buf_done(&b);
    }
    assert_true(run("From: a@example.org\n\nnext", 25, &told));
    buf_done(&told);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_reads_as_wanted),
        cmocka_unit_test(the_public_corpus_reads),
        cmocka_unit_test(mutations_never_crash_and_never_hang),
        cmocka_unit_test(bombs_become_one_error_or_a_message),
    };

    if (sandbox_is_child(argc, argv))
        return sandbox_child(email_decoders, email_decoders_n);
    if (!secret_init())
        return 1;
    return cmocka_run_group_tests_name("email_wire", tests, NULL, NULL);
}
