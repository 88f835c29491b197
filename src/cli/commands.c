/* Every subcommand, in the order that `antiphon help` shows them. */
#include "cli/cli.h"
#include "cli/triage_desk.h"

static const struct cli_option SERVE[] = {
    {"demo", NULL, "fill an empty data folder with the demo desk"},
    {"unsafe-store", NULL, "start although the PostgreSQL server may lose what it acknowledged"},
    {NULL, NULL, NULL}};
static const struct cli_option SETUP[] = {
    {"admin-email", "ADDRESS", "the first admin's mail address"},
    {"admin-name", "NAME", "their name; the address's first part unless said"},
    {"admin-password-file", "FILE", "a file whose first line is the password"},
    {NULL, NULL, NULL}};
static const struct cli_option KEY[] = {{"name", "NAME", "what the key is for"},
                                        {"role", "ROLE", "agent, coach, lead or admin"},
                                        {"inbox", "NAME", "good for this inbox alone"},
                                        {NULL, NULL, NULL}};

static const struct cli_option DOCTOR[] = {{"repair", NULL, "mend what can be mended: the counts"},
                                           {"quick", NULL, "do not read every mail and attachment"},
                                           {NULL, NULL, NULL}};
static const struct cli_option IMPORT[] = {
    {"inbox", "NAME", "the inbox it goes to; make one first"},
    {"format", "FORMAT", "auto (unless said), mbox, maildir, jsonl or twitter"},
    {"us", "ADDRESS", "mails from this address are our answers; the inbox's own unless said"},
    {"open", NULL, "leave the tickets open, to be worked on; else they are closed"},
    {NULL, NULL, NULL}};

static const struct cli_option TRIAGE[] = {
    {"out", "MODEL", "train: where the model goes"},
    {"val", "VAL.tsv", "train: held-out rows; a tenth of TRAIN.tsv unless said"},
    {"unlabelled", "TEXT.txt", "train: messages without label, one a line; checked, not used yet"},
    {"seed", "N", "train: the same seed gives the same model; 1 unless said"},
    {"promise", "SHARE", "of what is routed, so much is right; 0.98 unless said"},
    {"model", "MODEL", "eval, read: the model"},
    {"threshold-from", "VAL.tsv", "eval: choose the threshold anew, on these rows"},
    {"json", NULL, "eval: one JSON object (it is always one)"},
    {NULL, NULL, NULL}};

const struct command COMMANDS[] = {
    {"serve", "run the server", "--data DIR --listen HOST:PORT [--store URL]",
     "Prints `listening on http://HOST:PORT` once it is ready. SIGTERM drains and ends it.\n"
     "Every setting of `antiphon help config` is an option too: --log-level debug.",
     SERVE, 0, 0, false, false, cmd_serve},
    {"setup", "make the first admin without a browser",
     "--data DIR --admin-email ADDRESS --admin-password-file FILE",
     "They are on call for P1 until somebody says otherwise. A second time it fails and changes\n"
     "nothing.",
     SETUP, 0, 0, true, false, cmd_setup},
    {"key", "make an API key", "create --data DIR --name NAME --role ROLE",
     "Prints the key, one line; it is kept nowhere else.", KEY, 1, 1, true, false, cmd_key},
    {"openapi", "print the API's description (OpenAPI 3.1)", "", NULL, NULL, 0, 0, false, false,
     cmd_openapi},
    {"import", "take in the history of another program",
     "PATH --inbox NAME [--format FORMAT] [--us ADDRESS] [--open]",
     "PATH is an mbox, a Maildir, JSON lines in the shape of POST /api/v1/inboxes/ID/messages\n"
     "(and `kind`: incoming, reply or note; `author_name`; `category` of a ticket's first "
     "message,\n"
     "which triage learns from), or the CSV of the public \"Customer\n"
     "Support on Twitter\" corpus. Dates are kept; nothing is sent, nobody is told, no timer\n"
     "starts. It may be stopped and run again: what is there is counted as duplicate. The last\n"
     "line is `read N, stored N, duplicate N, refused N`; why each was refused stands in\n"
     "PATH.refused.",
     IMPORT, 1, 1, true, false, cmd_import},
    {"backup", "copy everything into a new folder", "PATH",
     "From a running server too: the copy is of one moment. Prints the folder. Its SHA256SUMS is\n"
     "written last; `sha256sum -c SHA256SUMS` in it checks it without this program.",
     NULL, 1, 1, true, false, cmd_backup},
    {"restore", "put a backup into an empty data folder or database", "PATH",
     "Checks every file first. Refuses a folder that is in use, a damaged backup, and one of a\n"
     "newer program.",
     NULL, 1, 1, false, true, cmd_restore},
    {"doctor", "look for damage", "[--repair] [--quick]",
     "The database, counts against a recount, rows that belong together, every mail and\n"
     "attachment by its hash, stuck jobs, leases of nodes, room on the disk, and whether anybody\n"
     "is on call. Exit 0: all is well; 1: something was found.",
     DOCTOR, 0, 0, true, false, cmd_doctor},
    {"migrate", "bring the database to this program's newest step", "",
     "`serve` does it too; this is for doing it beforehand, with the server stopped.", NULL, 0, 0,
     true, true, cmd_migrate},
    {"move", "copy a desk out of its folder into an empty PostgreSQL database",
     "--data DIR --store postgresql://…",
     "With the server stopped. The folder is only read; ids, numbers and counts stay.", NULL, 0, 0,
     false, true, cmd_move},
    {"triage", "train a classifier of messages, measure it, let it read",
     "train TRAIN.tsv [--val VAL.tsv] [--unlabelled TEXT.txt] [--seed N] --out MODEL\n"
     "       antiphon triage eval --model MODEL TEST.tsv [--threshold-from VAL.tsv] --json\n"
     "       antiphon triage read --model MODEL\n"
     "       antiphon triage taxonomy FILE | retrain | rollback [VERSION] | models | export",
     "Files hold `label<TAB>text`, UTF-8, one message a line; the text is all behind the first\n"
     "tab. The label `oos` means: about nothing of ours. eval prints rates as fractions: "
     "accuracy,\n"
     "top3, macro_f1 and ece over what is in scope, coverage and accuracy_routed over all rows,\n"
     "with the threshold that was stored at training unless --threshold-from says otherwise. read\n"
     "takes lines and prints JSON lines. A malformed file is refused with its line, exit 2.\n\n"
     "The others work on a desk (--data DIR, or --store), in the running server or beside a "
     "stopped\n"
     "one. taxonomy replaces the categories, keywords and examples by FILE (JSON lines, as GET\n"
     "/api/v1/taxonomy gives them) and prints the revision; a training follows. retrain learns\n"
     "from the taxonomy's examples and from every ticket whose category a person set, imported\n"
     "tickets with `category` included; a model that is worse on the golden set is refused, exit "
     "1.\n"
     "rollback goes back to VERSION, or to the newest that is kept. models lists them, one JSON\n"
     "object a line. export prints what people said, `label<TAB>text`, personal data masked.",
     TRIAGE, 1, 2, false, false, cmd_triage, triage_desk_has},
    {"pii", "find personal data in lines of text", "scan",
     "Reads lines on standard input (1 MB at most each) and writes for each one a line of JSON:\n"
     "{\"spans\":[{\"kind\":\"card\",\"at\":3,\"n\":19}],\"masked\":\"my [card]\"}. `at` and `n` "
     "are\n"
     "bytes. Kinds: email, phone, card, iban, address, token, password, ip, national_id, name.",
     NULL, 1, 1, false, false, cmd_pii},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, false, false, NULL}};
