#include "triage/swap.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define SLOTS     256
#define SLOT_BITS 8

/* A value. `owed` is how many more puts than counted takes there were: while the slot is current
 * it falls below zero; when it is replaced, the takes are added, and who brings it to zero then
 * frees it. DONE, added with the takes, keeps a zero in between from looking like the end. */
struct slot {
    void *value;
    _Atomic int64_t owed;
    _Atomic bool is_used;
};

#define DONE ((int64_t)1 << 60)

struct swap {
    _Atomic uint64_t now; /* takes << SLOT_BITS | slot */
    struct slot slots[SLOTS];
    void (*free_it)(void *value);
    pthread_mutex_t writing;
};

struct swap *swap_new(void *value, void (*free_it)(void *value))
{
    struct swap *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    pthread_mutex_init(&s->writing, NULL);
    s->free_it = free_it;
    s->slots[0].value = value;
    atomic_init(&s->slots[0].is_used, true);
    return s;
}

void swap_free(struct swap *s)
{
    if (!s)
        return;
    s->free_it(s->slots[atomic_load(&s->now) % SLOTS].value);
    pthread_mutex_destroy(&s->writing);
    free(s);
}

struct swap_held swap_take(struct swap *s)
{
    uint64_t now = atomic_fetch_add(&s->now, 1u << SLOT_BITS);
    uint32_t slot = (uint32_t)(now % SLOTS);

    return (struct swap_held){s->slots[slot].value, slot};
}

static void settle(struct swap *s, struct slot *slot, int64_t change)
{
    if (atomic_fetch_add(&slot->owed, change) + change != DONE)
        return;
    s->free_it(slot->value);
    slot->value = NULL;
    atomic_store(&slot->owed, 0);
    atomic_store(&slot->is_used, false);
}

void swap_put(struct swap *s, struct swap_held held)
{
    settle(s, &s->slots[held.slot], -1);
}

void swap_replace(struct swap *s, void *value)
{
    uint32_t free_slot = 0;
    uint64_t was;

    pthread_mutex_lock(&s->writing);
    while (atomic_load(&s->slots[free_slot].is_used)) {
        free_slot = (free_slot + 1) % SLOTS;
        if (free_slot == 0)
            sched_yield();
    }
    s->slots[free_slot].value = value;
    atomic_store(&s->slots[free_slot].is_used, true);
    was = atomic_exchange(&s->now, (uint64_t)free_slot);
    settle(s, &s->slots[was % SLOTS], DONE + (int64_t)(was >> SLOT_BITS));
    pthread_mutex_unlock(&s->writing);
}
