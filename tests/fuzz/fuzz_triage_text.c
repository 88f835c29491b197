/* A message of any bytes: read to the end, every place inside it, every number a number. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "triage/model.h"
#include "triage/train.h"
#include "triage/triage.h"

static const struct model *a_model(void)
{
    static const struct train_row rows[] = {
        {"the card was charged twice", "billing", 0}, {"charged for the card", "billing", 0},
        {"the song does not play", "playback", 0},    {"a song stops to play", "playback", 0},
        {"card charged again", "billing", 0},         {"play the song", "playback", 0}};
    static struct model *m;
    struct train_input in = {.rows = rows, .n_rows = 6, .held = rows, .n_held = 6, .seed = 1};
    struct why w;
    void *bytes;
    size_t n;

    if (m)
        return m;
    CHECK(train_model(&in, &bytes, &n, &w) == OK);
    CHECK(model_of(bytes, n, &m, &w) == OK);
    free(bytes);
    return m;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct triage t = {.model = a_model()};
    struct arena *a = arena_new(4096);
    struct triage_reading g;
    float sum = 0;

    triage_read(&t, (const char *)data, n, NULL, a, &g);
    CHECK(g.label && g.n_top == 2 && g.n_set >= 1);
    CHECK(isfinite(g.p) && g.p >= 0 && g.p <= 1 && g.oos >= 0 && g.oos <= 1);
    for (size_t i = 0; i < g.n_top; i++)
        sum += g.top[i].p;
    CHECK(fabsf(sum - 1) < 1e-3F);
    for (size_t i = 0; i < g.n_because; i++)
        CHECK(g.because[i].at + g.because[i].n <= n && g.because[i].n > 0 &&
              g.because[i].weight > 0);
    arena_free(a);
    return 0;
}
