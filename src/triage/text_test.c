/* However it was typed, the same words come out; and nothing takes long. */
#include "base/test.h"

#include <string.h>

#include "triage/feature.h"

static const char *words_of(struct arena *a, const char *text, size_t n)
{
    struct text t;
    char *out, *to;

    text_read(text, n, NULL, 0, a, &t);
    out = to = arena_alloc(a, 4 * n + 64);
    for (size_t i = 0; i < t.n_words; i++) {
        if (i)
            *to++ = '|';
        memcpy(to, t.words[i].p, t.words[i].n);
        to += t.words[i].n;
        assert_true(t.words[i].at < t.words[i].end && t.words[i].end <= n);
    }
    return out;
}

static void words_come_out_folded(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"My Card's LOST!!", "my|card's|lost|!|!"},
        {"café CAFÉ cafe\xCC\x81", "cafe|cafe|cafe"},
        {"Straße Æther ĳ Œuvre", "strasse|aether|ij|oeuvre"},
        {"ΆΛΦΑ άλφα ΛΌΓΟΣ λόγος", "αλφα|αλφα|λογοσ|λογοσ"},
        {"ЁЛКА елка Ђ", "елка|елка|ђ"},
        {"Việt NAM Ấn", "viet|nam|an"},
        {"see https://example.org/a?b=1 now", "see|urlx|now"},
        {"@Some_One help", "userx|help"},
        {"12:30, v8.9.2 and 1000", "0|0|v0|0|0|and|0"},
        {"pay €5 £6 $7", "pay|$|0|$|0|$|0"},
        {"it’s", "it's"},
        {"音楽が 止まる", "音|楽|が|止|ま|る"},
        {"no🎵music", "no|🎵|music"},
        {"ＡＢＣ１２", "abc0"},
        {"bad\xFF\xC3 byte", "bad|byte"},
        {"", ""},
        {"...", ""},
        {"لا أستطيع", "لا|أستطيع"},
    };
    struct arena *a = arena_new(4096);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(words_of(a, rows[i].text, strlen(rows[i].text)), rows[i].words);
    arena_free(a);
}

static void personal_data_is_one_word(void **state)
{
    const char *text = "card 4111 1111 please";
    struct pii_span span = {5, 9, PII_CARD};
    struct arena *a = arena_new(4096);
    struct text t;

    (void)state;
    text_read(text, strlen(text), &span, 1, a, &t);
    assert_int_equal(t.n_words, 3);
    assert_int_equal(t.words[1].at, 5);
    assert_int_equal(t.words[1].end, 14);
    assert_memory_equal(t.words[2].p, "please", 6);
    arena_free(a);
}

static void features_stand_once_and_are_bounded(void **state)
{
    struct arena *a = arena_new(4096);
    char *much = arena_alloc(a, 1 << 20);
    struct features f;

    (void)state;
    memset(much, 'a', 1 << 20);
    features_read(much, 1 << 20, NULL, 0, a, &f);
    assert_true(f.n > 0 && f.n < 8000);
    for (size_t i = 0; i < f.n; i++)
        for (size_t k = 0; k < i; k++)
            assert_false(f.v[i].bucket == f.v[k].bucket && f.v[i].block == f.v[k].block);
    for (size_t i = 0; i < 1 << 20; i++)
        much[i] = (char)(i * i * 7 + i / 3);
    features_read(much, 1 << 20, NULL, 0, a, &f);
    assert_true(f.n < 8000);
    features_read("go go go", 8, NULL, 0, a, &f);
    assert_int_equal(f.v[0].count, 3);
    assert_int_equal(f.text.n_words, 3);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_come_out_folded),
        cmocka_unit_test(personal_data_is_one_word),
        cmocka_unit_test(features_stand_once_and_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
