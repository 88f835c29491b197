/* Who is talking? Vectors made with Python's hmac and base64 (see each). */
#include "channels/webchat/token.h"
#include "base/test.h"
#include "sys/secret.h"

#include <string.h>
#define SECRET "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER  "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define INBOX  INT64_C(114896437281234)
#define NOW    ((msec)1795000000000)

/* k = lambda p: hmac.new(SECRET, b"webchat " + p + b" 114896437281234", "sha256")
 * token: base36(INBOX) + "-" + k(b"widget").hexdigest()[:20] */
#define WIDGET "14q6p07w0i-7141dc7ceb8e3da8d075"
/* k(b"identity").hexdigest() */
#define IDENTITY_SECRET "a68ab65468af8aa1f5da423baff07e6fd9651eeea398342a22521a5804446f4b"
/* hmac.new(IDENTITY_SECRET as text, "kund-åäö-1042".encode(), "sha256").hexdigest() */
#define SIGNATURE "46b2d582a69462068aad51bc700474ffe75f8288945222f07d224c17af4211d0"
/* "1.1795000060." + b64url("user:42"), "." and the HMAC of it with k(b"session").digest() */
#define SESSION "1.1795000060.dXNlcjo0Mg.0qOYuabM89SJWfbtF8OnPA4KLmV4WfeGkBuvIs6bKIQ"

static void tokens_name_their_inbox(void **state)
{
    struct arena *a = arena_new(1024);

    assert_string_equal(webchat_token(INBOX, SECRET, a), WIDGET);
    assert_int_equal(webchat_token_inbox(WIDGET), INBOX);
    assert_true(webchat_token_is(WIDGET, INBOX, SECRET));
    assert_false(webchat_token_is(WIDGET, INBOX, OTHER));
    assert_false(webchat_token_is(WIDGET, INBOX + 1, SECRET));
    assert_int_equal(webchat_token_inbox(webchat_token(1, SECRET, a)), 1);
    assert_int_equal(webchat_token_inbox(webchat_token((INT64_C(1) << 53) - 1, SECRET, a)),
                     (INT64_C(1) << 53) - 1);
    arena_free(a);
}

static void guessed_tokens_are_none(void **state)
{
    static const char *const GUESSES[] = {"",
                                          "-",
                                          "1",
                                          "1-",
                                          "-0123456789abcdef0123",
                                          "1-0123456789abcdef012",
                                          "1-0123456789abcdef01234",
                                          "A-0123456789abcdef0123",
                                          "zzzzzzzzzzzz-0123456789abcdef0123",
                                          "../-0123456789abcdef0123"};

    for (size_t i = 0; i < sizeof GUESSES / sizeof *GUESSES; i++) {
        print_message("\"%s\"\n", GUESSES[i]);
        assert_false(webchat_token_is(GUESSES[i], webchat_token_inbox(GUESSES[i]), SECRET));
        assert_false(webchat_token_is(GUESSES[i], 1, SECRET));
    }
}

static void only_the_company_signs_identities(void **state)
{
    struct arena *a = arena_new(1024);
    char upper[65], cut[65], changed[65];

    assert_string_equal(webchat_identity_secret(INBOX, SECRET, a), IDENTITY_SECRET);
    assert_true(webchat_identity_is("kund-åäö-1042", SIGNATURE, INBOX, SECRET));
    assert_false(webchat_identity_is("kund-åäö-1043", SIGNATURE, INBOX, SECRET));
    assert_false(webchat_identity_is("kund-åäö-1042", SIGNATURE, INBOX, OTHER));
    assert_false(webchat_identity_is("kund-åäö-1042", SIGNATURE, INBOX + 1, SECRET));
    assert_false(webchat_identity_is("", SIGNATURE, INBOX, SECRET));
    assert_false(webchat_identity_is(NULL, SIGNATURE, INBOX, SECRET));
    assert_false(webchat_identity_is("kund-åäö-1042", NULL, INBOX, SECRET));
    assert_false(webchat_identity_is("kund-åäö-1042", "", INBOX, SECRET));
    memcpy(cut, SIGNATURE, 65);
    cut[63] = 0;
    assert_false(webchat_identity_is("kund-åäö-1042", cut, INBOX, SECRET));
    memcpy(changed, SIGNATURE, 65);
    changed[63] = changed[63] == '0' ? '1' : '0';
    assert_false(webchat_identity_is("kund-åäö-1042", changed, INBOX, SECRET));
    for (int i = 0; i < 65; i++)
        upper[i] = SIGNATURE[i] >= 'a' ? (char)(SIGNATURE[i] - 32) : SIGNATURE[i];
    assert_true(webchat_identity_is("kund-åäö-1042", upper, INBOX, SECRET));
    arena_free(a);
}

static void sessions_are_read_back(void **state)
{
    struct arena *a = arena_new(1024);
    struct webchat_session in = {"user:42", true, NOW + 60000}, out = {0};
    struct why w = {0};

    assert_string_equal(webchat_session_write(INBOX, SECRET, &in, a), SESSION);
    assert_int_equal(webchat_session_read(INBOX, SECRET, SESSION, NOW, a, &out, &w), OK);
    assert_string_equal(out.external_id, "user:42");
    assert_true(out.is_known);
    assert_int_equal(out.expires_at, NOW + 60000);
    /* A visitor may not end up as somebody known, whatever the random part says. */
    in = (struct webchat_session){webchat_visitor_new(a), false, NOW + 1000};
    assert_int_equal(webchat_session_read(INBOX, SECRET,
                                          webchat_session_write(INBOX, SECRET, &in, a), NOW, a,
                                          &out, &w),
                     OK);
    assert_string_equal(out.external_id, in.external_id);
    assert_false(out.is_known);
    /* Ids of every length and script. */
    for (size_t n = 1; n <= WEBCHAT_IDENTITY_CHARS; n++) {
        char id[4 * WEBCHAT_IDENTITY_CHARS + 1] = "";

        for (size_t i = 0; i < n; i++)
            memcpy(id + 4 * i, "😀", 5);
        in = (struct webchat_session){webchat_user(id, a), true, NOW + 1000};
        assert_int_equal(webchat_session_read(INBOX, SECRET,
                                              webchat_session_write(INBOX, SECRET, &in, a), NOW, a,
                                              &out, &w),
                         OK);
        assert_string_equal(out.external_id, in.external_id);
    }
    arena_free(a);
}

static void sessions_end(void **state)
{
    struct arena *a = arena_new(1024);
    struct webchat_session out = {0};
    struct why w = {0};

    assert_int_equal(webchat_session_read(INBOX, SECRET, SESSION, NOW + 59999, a, &out, &w), OK);
    assert_int_equal(webchat_session_read(INBOX, SECRET, SESSION, NOW + 60000, a, &out, &w),
                     E_UNKNOWN_WHO);
    arena_free(a);
}

static void forged_sessions_are_refused(void **state)
{
    struct arena *a = arena_new(1024);
    struct webchat_session out = {0};
    struct why w = {0};
    size_t n = strlen(SESSION);
    static const char *const GUESSES[] = {
        "", ".", "..", "...", "1.9999999999.dXNlcjo0Mg.", "1.9999999999.dXNlcjo0Mg"};

    /* Every byte of it counts. */
    for (size_t i = 0; i < n; i++) {
        char *bad = arena_str(a, SESSION);

        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        assert_int_equal(webchat_session_read(INBOX, SECRET, bad, NOW, a, &out, &w), E_UNKNOWN_WHO);
        bad = arena_str(a, SESSION);
        bad[i] = 0;
        assert_int_equal(webchat_session_read(INBOX, SECRET, bad, NOW, a, &out, &w), E_UNKNOWN_WHO);
    }
    for (size_t i = 0; i < sizeof GUESSES / sizeof *GUESSES; i++)
        assert_int_equal(webchat_session_read(INBOX, SECRET, GUESSES[i], NOW, a, &out, &w),
                         E_UNKNOWN_WHO);
    assert_int_equal(webchat_session_read(INBOX, SECRET, NULL, NOW, a, &out, &w), E_UNKNOWN_WHO);
    assert_int_equal(webchat_session_read(INBOX, OTHER, SESSION, NOW, a, &out, &w), E_UNKNOWN_WHO);
    assert_int_equal(webchat_session_read(INBOX + 1, SECRET, SESSION, NOW, a, &out, &w),
                     E_UNKNOWN_WHO);
    assert_null(out.external_id);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_name_their_inbox),
        cmocka_unit_test(guessed_tokens_are_none),
        cmocka_unit_test(only_the_company_signs_identities),
        cmocka_unit_test(sessions_are_read_back),
        cmocka_unit_test(sessions_end),
        cmocka_unit_test(forged_sessions_are_refused),
    };

    if (!secret_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
