/* Personal data: what is masked, and what is a title, a date, a price or a version. */
#include "base/test.h"

#include <stdlib.h>
#include <string.h>

#include "triage/pii.h"

#define SPANS 64

static const char *masked(const char *text, bool only_sealed)
{
    static char out[4096];
    struct pii_span spans[SPANS];
    size_t n = strlen(text), k = pii_scan(text, n, spans, SPANS);

    pii_mask(text, n, spans, k, only_sealed, out, sizeof out);
    return out;
}

struct row {
    const char *text, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
    int wrong = 0;

    for (size_t i = 0; i < n; i++) {
        const char *got = masked(rows[i].text, false);

        if (strcmp(got, rows[i].want) != 0) {
            print_error("\"%s\": got \"%s\", want \"%s\"\n", rows[i].text, got, rows[i].want);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

static void test_net(void **state)
{
    static const struct row rows[] = {
        {"write to john.smith+x@mail.example.co.uk.", "write to [email]."},
        {"<ana@example.com>, (bob@example.org)!", "<[email]>, ([email])!"},
        {"mailto:ana@example.com", "mailto:[email]"},
        {"müller@straße.de schrieb", "[email] schrieb"},
        {"@renee_0928 @ MEH a@b user@localhost x@1.2",
         "@renee_0928 @ MEH a@b user@localhost x@1.2"},
        {"from 192.168.178.20:8080 and 8.8.8.8/32", "from [ip]:8080 and 8.8.8.8/32"},
        {"login from 8.8.8.8", "login from [ip]"},
        {"2001:db8::8a2e:370:7334, fe80::1, ::1", "[ip], [ip], ::1"},
        {"::ffff:192.0.2.128 and 1:2:3:4:5:6:7:8", "[ip] and [ip]"},
        {"app version 8.9.20.125, iOS 17.2.1", "app version 8.9.20.125, iOS 17.2.1"},
        {"at 12:34:56, 4:44, std::string, 1.2.3.4.5", "at 12:34:56, 4:44, std::string, 1.2.3.4.5"},
        {"https://x.example/reset?token=abc123def456&u=1",
         "https://x.example/reset?token=[token]&u=1"},
        {"https://x.example/verify/9f8e7d6c5b4a", "https://x.example/verify/[token]"},
        {"https://bob:hunter2@x.example/", "https://bob:[password]@x.example/"},
        {"https://x.example/?mail=ana@example.com", "https://x.example/?mail=[email]"},
        {"https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=12",
         "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC?si=12"},
        {"https://x.example/status/1234567890123456789",
         "https://x.example/status/1234567890123456789"},
    };

    CHECK_ROWS(rows);
}

static void test_keys(void **state)
{
    static const struct row rows[] = {
        {"key sk_live_4eC39HqLyjWDarjtT1zdp7dc.", "key [token]."},
        {"ghp_16C7e42F292c6912E7710c838347Ae178B4a", "[token]"},
        {"xoxb-17653672481-19874698323-pdFZKVeTuE8sk", "[token]"},
        {"AKIAIOSFODNN7EXAMPLE and AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe", "[token] and [token]"},
        {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
         "[token]"},
        {"Authorization: Bearer 3f1c9a2b7d8e4f60", "Authorization: Bearer [token]"},
        {"my api key is 8d7f6a5b4c3d2e1f", "my api key is [token]"},
        {"sp_dc=AQBx72hs8dka92ksl0", "sp_dc=[token]"},
        {"the token is not valid", "the token is not valid"},
        {"sk_live_ is how they begin; the bearer of bad news", "sk_live_ is how they begin; the "
                                                               "bearer of bad news"},
    };

    CHECK_ROWS(rows);
}

static void test_passwords(void **state)
{
    static const struct row rows[] = {
        {"my password is hunter2!", "my password is [password]"},
        {"My password: \"correct horse\" ok?", "My password: \"[password]\" ok?"},
        {"password for my account is sunshine and it fails",
         "password for my account is [password] and it fails"},
        {"login bob pw hunter22", "login bob pw [password]"},
        {"{\"password\": \"s3cret!\"}", "{\"password\": \"[password]\"}"},
        {"my PIN is 4711", "my PIN is [password]"},
        {"mein Passwort ist Sommer2020.", "mein Passwort ist [password]."},
        {"das Kennwort lautet geheim", "das Kennwort lautet [password]"},
        {"mon mot de passe est Soleil75", "mon mot de passe est [password]"},
        {"mot de passe : bonjour!1", "mot de passe : [password]"},
        {"mi contraseña es gato1234", "mi contraseña es [password]"},
        {"minha senha é Praia#99", "minha senha é [password]"},
        {"la mia password è ciao.2024", "la mia password è [password]"},
        {"my password is wrong", "my password is wrong"},
        {"the password is not working since 2023", "the password is not working since 2023"},
        {"Password: forgotten", "Password: forgotten"},
        {"password reset mail never came", "password reset mail never came"},
        {"mein Passwort ist falsch", "mein Passwort ist falsch"},
        {"mon mot de passe est incorrect", "mon mot de passe est incorrect"},
        {"mi contraseña es incorrecta", "mi contraseña es incorrecta"},
        {"minha senha está errada", "minha senha está errada"},
        {"la password è sbagliata", "la password è sbagliata"},
        {"my password isn't accepted", "my password isn't accepted"},
    };

    CHECK_ROWS(rows);
}

static void test_names(void **state)
{
    static const struct row rows[] = {
        {"My name is John Smith and I can't log in", "My name is [name] and I can't log in"},
        {"my name is john smith, help", "my name is [name], help"},
        {"my name is Ludwig van der Berg.", "my name is [name]."},
        {"Ich heiße Anna-Lena Müller", "Ich heiße [name]"},
        {"mein Name ist Çelik", "mein Name ist [name]"},
        {"je m'appelle Jean-Pierre D'Arc", "je m'appelle [name]"},
        {"me llamo José de la Cruz", "me llamo [name]"},
        {"meu nome é João dos Santos", "meu nome é [name]"},
        {"mi chiamo Maria Rossi", "mi chiamo [name]"},
        {"my name is not shown", "my name is not shown"},
        {"meu nome completo e telefone, apaguem", "meu nome completo e telefone, apaguem"},
        {"meu nome e Ana Souza", "meu nome e [name]"},
        {"my name is spelled wrong", "my name is spelled wrong"},
        {"mein Name ist falsch geschrieben", "mein Name ist falsch geschrieben"},
        {"Say My Name", "Say My Name"},
        {"John Smith sang this", "John Smith sang this"},
    };

    CHECK_ROWS(rows);
}

static void test_phones(void **state)
{
    static const struct row rows[] = {
        {"call +49 (0)30 1234567 now", "call [phone] now"},
        {"+1 (555) 010-0199", "[phone]"},
        {"00 44 20 7946 0958", "[phone]"},
        {"(212) 555-0187 or 212.555.0187", "[phone] or [phone]"},
        {"0171/1234567, 030 123456, 089-123456", "[phone], [phone], [phone]"},
        {"06 12 34 56 78", "[phone]"},
        {"06.12.34.56.78", "[phone]"},
        {"07700 900123", "[phone]"},
        {"(11) 98765-4321", "[phone]"},
        {"612 345 678", "[phone]"},
        {"call me at 555-0187", "call me at [phone]"},
        {"my number is 2125550187", "my number is [phone]"},
        {"tel.: 91234567", "tel.: [phone]"},
        {"please call 1-800-555-0199", "please call [phone]"},
        {"order number 212-555-0187", "order number 212-555-0187"},
        {"invoice 0171 1234567", "invoice 0171 1234567"},
        {"on 24.12.2026, 2026-12-24 and 01.02.2023 14 Uhr",
         "on 24.12.2026, 2026-12-24 and 01.02.2023 14 Uhr"},
        {"612 345 678 streams", "612 345 678 streams"},
        {"it costs 1.234.567,89 or $ 612 345 678", "it costs 1.234.567,89 or $ 612 345 678"},
        {"from 1979 to 2024, version 8.9.12.456", "from 1979 to 2024, version 8.9.12.456"},
        {"play 1-800-273-8255 please", "play 1-800-273-8255 please"},
        {"the song \"212-555-0187\" skips", "the song \"212-555-0187\" skips"},
        {"spotify:track:4uLU6hMCjMI75M1A2tKUQC", "spotify:track:4uLU6hMCjMI75M1A2tKUQC"},
        {"order 20231101123456", "order 20231101123456"},
        {"I have 1000 000 songs, 24/7/365", "I have 1000 000 songs, 24/7/365"},
    };

    CHECK_ROWS(rows);
}

static void test_checksums(void **state)
{
    static const struct row rows[] = {
        {"4111 1111 1111 1111", "[card]"},
        {"card 4111-1111-1111-1111 exp 12/26", "card [card] exp 12/26"},
        {"378282246310005, 5555555555554444", "[card], [card]"},
        {"4111 1111 1111 1112", "4111 1111 1111 1112"},
        {"1234567812345670 is no issuer's", "1234567812345670 is no issuer's"},
        {"DE89 3704 0044 0532 0130 00!", "[iban]!"},
        {"gb82west12345698765432", "[iban]"},
        {"DE88 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"},
        {"SSN 123-45-6789", "SSN [national_id]"},
        {"666-45-6789, 000-12-3456, 123-00-6789", "666-45-6789, 000-12-3456, 123-00-6789"},
        {"CPF 529.982.247-25", "CPF [national_id]"},
        {"CPF 529.982.247-26", "CPF 529.982.247-26"},
        {"DNI 12345678Z, NIE X1234567L", "DNI [national_id], NIE [national_id]"},
        {"DNI 12345678A", "DNI 12345678A"},
        {"codice fiscale RSSMRA85T10A562S", "codice fiscale [national_id]"},
        {"codice fiscale RSSMRA85T10A562T", "codice fiscale RSSMRA85T10A562T"},
        {"IdNr. 86 095 742 719", "IdNr. [national_id]"},
        {"1 84 12 76 451 089 46", "[national_id]"},
        {"NI AB 12 34 56 C", "NI [national_id]"},
    };

    CHECK_ROWS(rows);
}

static void test_places(void **state)
{
    static const struct row rows[] = {
        {"221B Baker Street, London NW1 6XE.", "[address]."},
        {"I live at 742 Evergreen Terrace, Springfield, IL 62704", "I live at [address]"},
        {"i live at 12 main street", "i live at [address]"},
        {"ich wohne in der Hauptstraße 5a, 10115 Berlin", "ich wohne in der [address]"},
        {"Berliner Str. 12", "[address]"},
        {"12 bis rue de la Paix, 75002 Paris", "[address]"},
        {"C/ Mayor 5, 28013 Madrid", "[address]"},
        {"Rua das Flores, 123, 01310-100 São Paulo", "[address]"},
        {"Via Roma 12, 00184 Roma", "[address]"},
        {"my postcode is SW1A 1AA", "my postcode is [address]"},
        {"PLZ: 10115 Berlin", "PLZ: [address]"},
        {"Old Town Road, Abbey Road, 2 songs on the street",
         "Old Town Road, Abbey Road, 2 songs on "
         "the street"},
        {"auf dem Weg 5 Lieder", "auf dem Weg 5 Lieder"},
        {"C'est La Vie No.2", "C'est La Vie No.2"},
    };

    CHECK_ROWS(rows);
}

/* Titles that look like something else. One false alarm would already be too many here. */
static const char *const TITLES[] = {
    "99 Problems",
    "7 rings",
    "1-800-273-8255",
    "867-5309/Jenny",
    "24K Magic",
    "1979",
    "4:44",
    "25 or 6 to 4",
    "50 Ways to Leave Your Lover",
    "1999",
    "7 Years",
    "22",
    "3005",
    "6 Inch",
    "679",
    "2U",
    "0 To 100 / The Catch Up",
    "10,000 Hours",
    "24/7",
    "505",
    "1-2-3",
    "1234",
    "1, 2 Step",
    "5-1-5-0",
    "4 Minutes",
    "8 Mile Road",
    "53rd & 3rd",
    "23rd Street Lullaby",
    "Positively 4th Street",
    "Baker Street",
    "Penny Lane",
    "Electric Avenue",
    "Say My Name",
    "What's My Name?",
    "Route 66",
    "Highway 61 Revisited",
    "2112",
    "5:15",
    "7/11",
    "9 to 5",
    "911",
    "16 Shots",
    "100%",
    "1 Thing",
    "2 On (feat. ScHoolboy Q)",
    "3 AM",
    "4 In The Morning",
    "5 Seconds",
    "6/10",
    "777-9311",
    "853-5937",
    "634-5789 (Soulsville, U.S.A.)",
    "PEnnsylvania 6-5000",
    "Beechwood 4-5789",
    "36-24-36",
    "1+1",
    "2 + 2 = 5",
    "17-38",
    "E=MC2",
    "Symphony No. 5 in C Minor, Op. 67: I. Allegro con brio",
    "Password",
    "Rue de Rivoli",
    "21 Questions",
    "Via con me",
    "Calle Ocho",
    "20-20",
    "1985-1995",
    "Summer of '69",
    "Address",
    "8675309",
    "Call Me Maybe",
    "Mr. Telephone Man",
    "Hello, 1973 - 2014 Remaster",
    "::",
    "10.10",
};

static void test_titles(void **state)
{
    int wrong = 0;

    for (size_t i = 0; i < sizeof TITLES / sizeof TITLES[0]; i++)
        if (strcmp(masked(TITLES[i], false), TITLES[i]) != 0) {
            print_error("title \"%s\" became \"%s\"\n", TITLES[i], masked(TITLES[i], false));
            wrong++;
        }
    assert_int_equal(wrong, 0);
}

static void test_masks(void **state)
{
    const char *text = "ana@example.com pays with 4111 1111 1111 1111, naïve";
    struct pii_span spans[4];
    char out[64];
    size_t n = strlen(text), k = pii_scan(text, n, spans, 4);

    assert_int_equal(k, 2);
    assert_string_equal(masked(text, true), "ana@example.com pays with [card], naïve");
    assert_int_equal(pii_mask(text, n, spans, k, false, out, 0), 0);
    for (size_t room = 1; room <= sizeof out; room++) {
        size_t len;

        memset(out, 'x', sizeof out);
        len = pii_mask(text, n, spans, k, false, out, room);
        assert_true(len < room);
        assert_int_equal(out[len], '\0');
        assert_int_equal(strlen(out), len);
        assert_memory_equal(out, "[email] pays with [card], naïve", len);
        assert_true(len <= 7 || ((unsigned char)out[len - 1] != 0xC3)); /* no half "ï" */
    }
    assert_int_equal(pii_scan(text, n, spans, 1), 1);
    assert_int_equal(pii_scan(text, n, spans, 0), 0);
    assert_string_equal(pii_name(PII_NATIONAL_ID), "national_id");
    assert_true(pii_is_sealed(PII_CARD) && !pii_is_sealed(PII_EMAIL));
}

/* Whatever comes: spans in order, inside the text, none twice. */
static void test_odd_texts(void **state)
{
    static const char *const BITS[] = {
        "a",      "1",    "1 ",           "@",   "a@", "\xFF",    "\xC3",   "😀",
        "مرحبا ", "eyJ.", "password is ", "+1 ", "::", "http://", "Rue A ", "(1",
        "''"};
    enum { N = 1 << 20 };
    char *text = malloc(N);
    struct pii_span spans[SPANS];

    assert_non_null(text);
    for (size_t b = 0; b < sizeof BITS / sizeof BITS[0]; b++) {
        size_t len = strlen(BITS[b]), k, end = 0;

        for (size_t i = 0; i < N; i++)
            text[i] = BITS[b][i % len];
        k = pii_scan(text, N, spans, SPANS);
        assert_true(k <= SPANS);
        for (size_t i = 0; i < k; i++) {
            assert_true(spans[i].at >= end && spans[i].n > 0);
            end = (size_t)spans[i].at + spans[i].n;
            assert_true(end <= N);
        }
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_net),       cmocka_unit_test(test_keys),
        cmocka_unit_test(test_passwords), cmocka_unit_test(test_names),
        cmocka_unit_test(test_phones),    cmocka_unit_test(test_checksums),
        cmocka_unit_test(test_places),    cmocka_unit_test(test_titles),
        cmocka_unit_test(test_masks),     cmocka_unit_test(test_odd_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
