/* Does the language reader know languages by script, by words and by the account's locale, and
 * does it stand what people and machines send? */
#include "triage/language.h"

#include <stdlib.h>
#include <string.h>

#include "base/test.h"

struct row {
    const char *want, *text, *locale;
};

/* Written apart from the training lines. */
static const struct row ROWS[] = {
    {"en", "Somehow my whole queue vanished while I was driving"},
    {"en", "cant sign up, button is greyed out"},
    {"de", "Seit gestern hängt die Wiedergabe ständig"},
    {"de", "warum kostet das jetzt zwei euro mehr"},
    {"fr", "Impossible de lire mes morceaux hors ligne"},
    {"fr", "pourquoi le prix a augmenté sans prévenir"},
    {"es", "Se me borraron las canciones descargadas"},
    {"es", "cómo hago para pagar con otra tarjeta"},
    {"pt", "Minhas músicas baixadas não tocam mais"},
    {"pt", "como eu faço pra pagar com outro cartão"},
    {"it", "Non si sente più niente dalle casse"},
    {"it", "perché il prezzo è aumentato senza avviso"},
    {"nl", "Mijn gedownloade muziek speelt niet meer af"},
    {"nl", "waarom is de prijs zomaar omhoog gegaan"},
    {"sv", "Varför höjde ni priset utan att säga till"},
    {"da", "Hvorfor har I hævet prisen uden at sige noget"},
    {"no", "Hvorfor har dere satt opp prisen uten å si ifra"},
    {"fi", "Miksi hinta nousi ilman ilmoitusta"},
    {"pl", "Dlaczego cena wzrosła bez uprzedzenia"},
    {"cs", "Proč jste zvedli cenu bez upozornění"},
    {"ro", "De ce a crescut prețul fără să ne anunțați"},
    {"hu", "Miért emeltétek az árat szó nélkül"},
    {"tr", "Haber vermeden neden zam yaptınız"},
    {"id", "Kenapa harganya naik tanpa pemberitahuan"},
    {"vi", "Sao tự nhiên tăng giá mà không báo trước"},
    {"hi-Latn", "bina bataye price kyun badha diya"},
    {"hi-Latn", "gaane beech me ruk rahe hain kya karu"},
    {"ru", "Почему подняли цену без предупреждения"},
    {"uk", "Чому підняли ціну без попередження"},
    {"bg", "Защо вдигнахте цената без предупреждение"},
    {"ar", "لماذا ارتفع السعر بدون إشعار"},
    {"fa", "چرا قیمت را بدون اطلاع بالا بردید"},
    {"ur", "بغیر بتائے قیمت کیوں بڑھا دی"},
    {"el", "Γιατί ανέβηκε η τιμή χωρίς ειδοποίηση"},
    {"he", "למה המחיר עלה בלי להודיע"},
    {"hi", "बिना बताए दाम क्यों बढ़ा दिए"},
    {"th", "ทำไมราคาขึ้นโดยไม่แจ้ง"},
    {"ko", "왜 말도 없이 가격을 올렸나요"},
    {"ja", "どうして急に値上げしたのですか"},
    {"ja", "Tidewren アプリが開けません"},
    {"zh", "为什么突然涨价了"},
    {"de", "https://tidewren.example/en/help/this-is-the-way @support geht wieder nicht"},
    {"fr", "MON COMPTE EST BLOQUÉ DEPUIS CE MATIN"},
    {"de", "ich liebe „Shape of You“, aber es läuft nicht"},
    /* What says nothing says nothing. */
    {"", ""},
    {"", "12345 67"},
    {"", "😀😀😀"},
    {"", "https://tidewren.example/x"},
    {"", "\xff\xfe\xc0\x80\xed\xa0\x80"},
    /* The account's locale leads where the text is too short to tell ... */
    {"de", "ok", "de-DE"},
    {"pt", "ok", "pt-BR"},
    {"no", "takk", "nb-NO"},
    {"da", "hvad nu", "da"},
    {"hi-Latn", "ok done", "hi_IN"},
    {"sv", "problem", "sv"},
    /* ... and no longer where it tells. */
    {"de", "Ich kann mich seit heute früh nicht mehr anmelden, was soll ich tun?", "en-US"},
    {"en", "I cannot sign in since this morning, what should I do about it?", "de-DE"},
    {"es", "no puedo entrar en mi cuenta desde ayer por la noche", "pt-BR"},
    {"ja", "ありがとう", "en-US"},
};

static void it_knows_the_language(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct language l = language_read(ROWS[i].text, strlen(ROWS[i].text), ROWS[i].locale);

        if (strcmp(l.code, ROWS[i].want) != 0)
            fail_msg("%s: \"%s\", wanted \"%s\"", ROWS[i].text, l.code, ROWS[i].want);
        assert_true(l.p >= 0 && l.p <= 1);
        assert_true(l.code[0] != '\0' || l.p == 0);
    }
}

static void every_code_is_listed_once(void **state)
{
    size_t n = 0;

    (void)state;
    for (; LANGUAGE_CODES[n] != NULL; n++)
        for (size_t k = 0; k < n; k++)
            assert_string_not_equal(LANGUAGE_CODES[n], LANGUAGE_CODES[k]);
    assert_true(n >= 30);
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        size_t k = 0;

        while (LANGUAGE_CODES[k] != NULL && strcmp(LANGUAGE_CODES[k], ROWS[i].want) != 0)
            k++;
        assert_true(k < n || ROWS[i].want[0] == '\0');
    }
}

/* The more a text says, the less the locale does; a longer text is not less sure. */
static void a_locale_fades(void **state)
{
    static const char TEXT[] = "thanks that did it and now everything plays as it should again";
    float before = 1;

    (void)state;
    for (size_t n = 6; n < sizeof(TEXT); n += 14) {
        struct language with = language_read(TEXT, n, "nl-NL");
        float p = strcmp(with.code, "nl") == 0 ? with.p : 1 - with.p;

        assert_true(p <= before + 0.01F);
        before = p;
    }
    assert_true(before < 0.02F);
}

static void anything_is_answered(void **state)
{
    static const char *const PIECES[] = {
        "a",  "ß", "ي", "漢",           "\xff", "\xe2\x82", "'",  "\"", "@",
        "a.", "#", "1", "\xe2\x80\xae", "🙂", "http://",  "\n", "İ"};
    char *text = malloc(1 << 20);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof(PIECES) / sizeof(PIECES[0]); i++) {
        size_t len = strlen(PIECES[i]), n = 0;

        for (; n + len <= 1 << 20; n += len)
            memcpy(text + n, PIECES[i], len);
        (void)language_read(text, n, "en");
        for (size_t k = 0; k < 9; k++)
            (void)language_read(text + k, 20 - k, NULL);
    }
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            char two[2] = {(char)a, (char)b};

            (void)language_read(two, 2, "xx-very-long-locale-name");
        }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_knows_the_language),
        cmocka_unit_test(every_code_is_listed_once),
        cmocka_unit_test(a_locale_fades),
        cmocka_unit_test(anything_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
