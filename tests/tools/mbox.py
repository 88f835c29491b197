#!/usr/bin/env python3
"""Write an mbox of made-up mails.

    mbox.py MAILS [SEED] > FILE

Talks of one to five mails with Message-ID and References, newest talk first as some programs
write them, bodies with "From " at line starts, every hundredth mail without an end to its
header. The same arguments give the same bytes. For tests.
"""
import random
import sys
import time

LINES = ("Hello", "The list I made is gone.", "From then on nothing played.", "Can you look?",
         "Best wishes", "> you wrote something", "It is the blue one, not the red one.")


def mail(n, k, talk, at, who, rng):
    refs = " ".join(f"<{n}.{i}@talk.example>" for i in range(k))
    head = [f"From: Person {who} <person{who}@mail.example>", "To: help@shop.example",
            f"Subject: {'Re: ' if k else ''}matter {n}",
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S +0000', time.gmtime(at))}",
            f"Message-ID: <{n}.{k}@talk.example>"]
    if k:
        head += [f"In-Reply-To: <{n}.{k - 1}@talk.example>", f"References: {refs}"]
    body = [rng.choice(LINES) for _ in range(rng.randint(1, 6))] + [f"{n}.{k} of {talk}"]
    text = "\n".join(head) + "\n\n" + "\n".join(
        ">" + line if line.lstrip(">").startswith("From ") else line for line in body)
    return f"From person{who}@mail.example {time.asctime(time.gmtime(at))}\n{text}\n\n"


def main():
    n = int(sys.argv[1])
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    talks, made = [], 0
    while made < n:
        size, at, who = min(rng.randint(1, 5), n - made), 1_600_000_000 + made * 977, made % 300
        talks.append("".join(mail(len(talks), k, size, at + k * 700, who, rng)
                             for k in range(size)))
        made += size
    sys.stdout.write("".join(reversed(talks)))


main()
