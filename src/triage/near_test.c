/* Near duplicates: does the estimate hold, and does a stream stay within its memory? */
#include "base/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "triage/near.h"

#define MINUTE ((msec)60 * 1000)
#define DAY    (24 * 60 * MINUTE)
#define PAIRS  2000

static uint32_t seed;

static uint32_t rnd(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static struct near_sketch sketch(const char *text)
{
    struct near_sketch s;

    near_sketch(text, strlen(text), &s);
    return s;
}

static float jaccard(const char *a, const char *b)
{
    struct near_sketch x = sketch(a), y = sketch(b);

    return near_jaccard(&x, &y);
}

static void test_same(void **state)
{
    assert_true(jaccard("The app crashes on start!", "the APP   crashes on start") == 1);
    assert_true(jaccard("order 123 is late", "order 987 is late") == 1);
    assert_true(jaccard("Größe ändern geht nicht", "grösse andern geht nicht") == 1);
    assert_true(jaccard("Песня не играет вообще", "песня НЕ играет вообще") == 1);
    assert_true(jaccard("the app crashes on start", "I want my money back now") < 0.1f);
    assert_true(jaccard("music stops after ten seconds on my phone",
                        "music stops after ten seconds on my tablet") > 0.5f);
    assert_true(sketch("").is_empty && sketch("thanks").is_empty && sketch("😀😀😀😀😀😀").is_empty);
    assert_true(sketch("\xFF\xFE\xC3").is_empty && !sketch("please help").is_empty);
    assert_true(jaccard("hi", "hi") == 0);
}

/* ------- the estimate against the true share of common shingles */

#define LETTERS 400

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, 5);
}

static size_t shingles(const char *text, char (*ret)[5])
{
    size_t n = strlen(text), k = 0, unique = 0;

    for (size_t i = 0; i + 5 <= n; i++)
        memcpy(ret[k++], text + i, 5);
    qsort(ret, k, 5, by_text);
    for (size_t i = 0; i < k; i++)
        if (i == 0 || memcmp(ret[i], ret[i - 1], 5) != 0)
            memmove(ret[unique++], ret[i], 5);
    return unique;
}

static double true_jaccard(const char *a, const char *b)
{
    static char x[LETTERS][5], y[LETTERS][5];
    size_t n = shingles(a, x), m = shingles(b, y), common = 0;

    for (size_t i = 0, j = 0; i < n && j < m;) {
        int order = memcmp(x[i], y[j], 5);

        common += order == 0;
        i += order <= 0;
        j += order >= 0;
    }
    return (double)common / (double)(n + m - common);
}

/* Two texts of letters that share a run of random length. */
static void make_pair(size_t n, char *a, char *b)
{
    size_t share = rnd((uint32_t)n + 1);

    for (size_t i = 0; i < n; i++) {
        a[i] = (char)('a' + rnd(26));
        b[i] = a[i];
        if (i >= share)
            b[i] = (char)('a' + rnd(26));
    }
    a[n] = b[n] = '\0';
}

/* Error of the mean and of the single estimate: 64 hashes give a standard deviation of
 * sqrt(J (1 - J) / 64), 0.0625 at most; short texts fill fewer bins and get a little more. */
static void test_estimate(void **state)
{
    static const struct {
        size_t n;
        double deviation;
    } rows[] = {{40, 0.10}, {120, 0.07}, {390, 0.065}};

    seed = 7;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        double sum = 0, squares = 0, worst = 0;

        for (int i = 0; i < PAIRS; i++) {
            char a[LETTERS], b[LETTERS];
            double off;

            make_pair(rows[r].n, a, b);
            off = (double)jaccard(a, b) - true_jaccard(a, b);
            sum += off;
            squares += off * off;
            worst = fabs(off) > worst ? fabs(off) : worst;
        }
        print_message("%3zu letters: n %d  mean error %+.4f  deviation %.4f  worst %.3f\n",
                      rows[r].n, PAIRS, sum / PAIRS, sqrt(squares / PAIRS), worst);
        assert_true(fabs(sum / PAIRS) < 0.01);
        assert_true(sqrt(squares / PAIRS) < rows[r].deviation);
        assert_true(worst < 5.5 * rows[r].deviation);
    }
}

/* ------- streams */

static struct near_joined join(struct near_clusters *c, const char *text, msec now)
{
    struct near_sketch s = sketch(text);

    return near_clusters_join(c, &s, now);
}

static void test_join(void **state)
{
    struct near_clusters *c = near_clusters_new(100, 0.4f, DAY);
    struct near_joined a, b, other;

    a = join(c, "Spotify is down for everyone in Berlin right now", 1000);
    other = join(c, "please delete my account and all of my data", 1001);
    b = join(c, "spotify is down for everyone in Hamburg right now!!", 1002);
    assert_true(a.cluster != 0 && a.n == 1);
    assert_true(b.cluster == a.cluster && b.n == 2);
    assert_true(other.cluster != a.cluster && other.n == 1);
    assert_true(join(c, "ok", 1003).cluster == 0);
    /* a day and a minute after its last message it is forgotten */
    assert_true(join(c, "spotify is down for everyone in Hamburg right now!!", DAY + 1000).n == 3);
    assert_true(join(c, "spotify is down for everyone in Hamburg right now!!", 3 * DAY).n == 1);
    near_clusters_free(c);
    near_clusters_free(NULL);
}

static void test_oldest_makes_room(void **state)
{
    struct near_clusters *c = near_clusters_new(2, 0.4f, DAY);
    struct near_joined a = join(c, "alpha alpha alpha first message", 1);
    struct near_joined b = join(c, "bravo bravo bravo second message here", 2);

    assert_true(join(c, "alpha alpha alpha first message", 3).cluster == a.cluster);
    join(c, "charlie charlie another thing entirely", 4); /* b was the oldest */
    assert_true(join(c, "alpha alpha alpha first message", 5).cluster == a.cluster);
    assert_true(join(c, "bravo bravo bravo second message here", 6).cluster != b.cluster);
    near_clusters_free(c);
}

static void test_growing(void **state)
{
    static const char *const text = "the player shows a black screen since this morning";
    struct near_clusters *c = near_clusters_new(10, 0.4f, DAY);
    msec now = DAY;
    bool is_growing = false;

    /* one a minute, for hours: once that is its own pace, it does not grow */
    for (int i = 0; i < 300; i++, now += MINUTE) {
        bool is = join(c, text, now).is_growing;

        is_growing = is_growing || (is && i > 30);
    }
    assert_false(is_growing);
    /* then ten a minute */
    for (int i = 0; i < 30; i++, now += MINUTE / 10)
        is_growing = join(c, text, now).is_growing;
    assert_true(is_growing);
    near_clusters_free(c);
    /* a new one: growing from its fifth message in ten minutes on */
    c = near_clusters_new(10, 0.4f, DAY);
    for (int i = 0; i < 5; i++, now += MINUTE)
        assert_true(join(c, text, now).is_growing == (i == 4));
    assert_false(join(c, text, now + 60 * MINUTE).is_growing);
    near_clusters_free(c);
}

static long rss_pages(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    char line[128] = "";
    char *rest = line;

    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    fclose(f);
    (void)strtol(rest, &rest, 10);
    return strtol(rest, NULL, 10);
}

/* A million messages, most of them new: no memory beyond what was taken at the start. */
static void test_memory(void **state)
{
    struct near_clusters *c = near_clusters_new(4096, 0.4f, DAY);
    long before = 0;
    uint64_t last = 0;

    seed = 3;
    for (int i = 0; i < 1000000; i++) {
        struct near_sketch s = {.is_empty = false};
        uint32_t kind = rnd(4) ? rnd(1u << 20) : rnd(50);
        struct near_joined j;

        for (int k = 0; k < NEAR_HASHES; k++)
            s.v[k] = kind * 2654435761u + (uint32_t)k * 97u + (rnd(8) == 0);
        j = near_clusters_join(c, &s, (msec)i * 20);
        assert_true(j.cluster != 0 && j.n >= 1);
        last = j.cluster > last ? j.cluster : last;
        if (i == 100000)
            before = rss_pages();
    }
    assert_true(last > 100000); /* far more than there is room for */
    assert_true(rss_pages() - before < 512);
    near_clusters_free(c);
}

/* The same stream gives the same clusters; the order of leaders follows the order of messages. */
static void test_order(void **state)
{
    struct near_clusters *a = near_clusters_new(64, 0.4f, DAY),
                         *b = near_clusters_new(64, 0.4f, DAY);
    uint64_t newest = 0;

    seed = 11;
    for (int i = 0; i < 5000; i++) {
        char text[64], unused[64];
        struct near_joined x, y;

        make_pair(40, text, unused);
        if (rnd(2))
            snprintf(text, sizeof text, "a complaint of kind %c about something",
                     'a' + (int)rnd(9));
        x = join(a, text, i);
        y = join(b, text, i);
        assert_true(x.cluster == y.cluster && x.n == y.n && x.is_growing == y.is_growing);
        assert_true(x.cluster <= newest + 1); /* a new one has the next number */
        newest = x.cluster > newest ? x.cluster : newest;
    }
    near_clusters_free(a);
    near_clusters_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),    cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_join),    cmocka_unit_test(test_oldest_makes_room),
        cmocka_unit_test(test_growing), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
