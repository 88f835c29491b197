#!/usr/bin/env python3
"""Write a CSV in the shape of the public "Customer Support on Twitter" corpus, made up.

    twitter_csv.py ROWS [SEED] > FILE

Conversations of two to six tweets, sometimes with a second customer, quotes, line ends and
entities in the texts, all rows shuffled. The same arguments give the same bytes. For tests and
the bench; the words mean nothing. What it holds is told on standard error:
tickets, incoming, replies.
"""
import random
import sys
import time

WORDS = ("app song broken again please help why is my list gone since the update thanks "
         "refund twice card screen black when I press play and it stops after two seconds").split()
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def stamp(seconds):
    t = time.gmtime(seconds)
    return (f"{DAYS[t.tm_wday]} {MONTHS[t.tm_mon - 1]} {t.tm_mday:02d} "
            f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} +0000 {t.tm_year}")


def words(rng):
    said = " ".join(rng.choices(WORDS, k=rng.randint(6, 26)))
    extra = rng.random()
    if extra < 0.05:
        return f'"{said}"\nthat is what it says'
    if extra < 0.10:
        return f"{said} &amp; more, always more"
    return said


def quoted(text):
    if any(c in text for c in ',"\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def main():
    n = int(sys.argv[1])
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    rows, tickets, incoming = [], 0, 0
    while len(rows) < n:
        at = 1_500_000_000 + rng.randint(0, 20_000_000)
        customer, brand = str(rng.randint(100_000, 900_000)), rng.choice(["CareOne", "TwoHelps"])
        speakers, first, talk = {customer}, len(rows) + 1, min(rng.randint(2, 6), n - len(rows))
        for k in range(talk):
            at += rng.randint(30, 4000)
            is_inbound = k % 2 == 0
            if is_inbound and k and rng.random() < 0.1:
                customer = str(rng.randint(100_000, 900_000))
                speakers.add(customer)
            rows.append([first + k, customer if is_inbound else brand, is_inbound, stamp(at),
                         f"@{brand if is_inbound else customer} {words(rng)}",
                         first + k + 1 if k + 1 < talk else "", first + k - 1 if k else ""])
            incoming += is_inbound
        tickets += len(speakers)
    rng.shuffle(rows)
    out = sys.stdout
    out.write("tweet_id,author_id,inbound,created_at,text,response_tweet_id,"
              "in_response_to_tweet_id\n")
    for r in rows:
        out.write(",".join(quoted(str(c)) for c in r) + "\n")
    sys.stderr.write(f"tickets {tickets} incoming {incoming} replies {n - incoming}\n")


main()
