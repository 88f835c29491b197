/* A model's file of any bytes is refused or safe to ask. The input is first tried as it is, then
 * as changes (4 bytes of place, 1 byte of value) to a good model whose checksums are made right
 * again, so that what stands behind them is reached. */
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "triage/model_file.h"
#include "triage/train.h"
#include "triage/triage.h"

#define CHANGE_BYTES 5
/* Header, meta and labels are here; what is changed there matters most. */
#define FRONT_BYTES 2048

static const unsigned char *a_model(size_t *ret_n)
{
    static const struct train_row rows[] = {{"the card was charged twice", "billing", 0},
                                            {"charged for the card", "billing", 0},
                                            {"the song does not play", "playback", 0},
                                            {"a song stops to play", "playback", 0}};
    static void *bytes;
    static size_t n;
    struct train_input in = {.rows = rows, .n_rows = 4, .held = rows, .n_held = 4, .seed = 1};
    struct why w;

    if (!bytes)
        CHECK(train_model(&in, &bytes, &n, &w) == OK);
    *ret_n = n;
    return bytes;
}

static void ask(const void *bytes, size_t n)
{
    static const char text[] = "was the card charged or does the song play";
    struct triage t = {0};
    struct triage_reading g;
    struct model *m = NULL;
    struct arena *a;
    struct why w = {0};

    if (model_of(bytes, n, &m, &w)) {
        CHECK(w.text[0] && !m);
        return;
    }
    a = arena_new(4096);
    t.model = m;
    triage_read(&t, text, sizeof text - 1, NULL, a, &g);
    CHECK(g.label && strlen(g.label) > 0);
    CHECK(!isnan(g.p) && !isnan(g.oos));
    arena_free(a);
    model_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t size;
    const unsigned char *good = a_model(&size);
    unsigned char *changed = malloc(size);

    CHECK(changed);
    ask(data, n);
    memcpy(changed, good, size);
    for (size_t i = 0; i + CHANGE_BYTES <= n; i += CHANGE_BYTES) {
        uint32_t at;

        memcpy(&at, data + i, sizeof at);
        changed[at & 1 ? at / 2 % FRONT_BYTES : at / 2 % size] = data[i + 4];
    }
    model_reseal(changed, size);
    ask(changed, size);
    free(changed);
    return 0;
}
