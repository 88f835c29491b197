/* policy.h: may they? The one place that decides; routes, lists, live events and search ask
 * here. Pure: no store, no HTTP. */
#pragma once

#include "people/principal.h"

/* X(permission, lowest role of an agent, may an API key, also one for a single inbox, what it
 * allows) */
#define PERMISSION_LIST(X)                                                                         \
    X(PUBLIC, ROLE_AGENT, true, true, "anyone, signed in or not")                                  \
    X(SIGNED_IN, ROLE_AGENT, true, true, "anyone signed in")                                       \
    X(TICKET_SEE, ROLE_AGENT, true, true, "read tickets and messages")                             \
    X(TICKET_EDIT, ROLE_AGENT, true, true, "change tickets")                                       \
    X(REPLY, ROLE_AGENT, true, true, "answer customers and write notes")                           \
    X(MESSAGE_TAKE, ROLE_AGENT, true, true, "hand in customers' messages")                         \
    X(CONTACT_SEE, ROLE_AGENT, true, true, "read contacts")                                        \
    X(DESK_SEE, ROLE_AGENT, true, true, "read agents, teams, inboxes, statuses")                   \
    X(QUARANTINE, ROLE_AGENT, true, true, "see and retry what cannot be parsed")                   \
    X(PII_SEE, ROLE_LEAD, true, true, "read personal data under its masks")                        \
    X(TRIAGE_TRAIN, ROLE_COACH, true, false, "teach triage: taxonomy, examples, models")           \
    X(ON_CALL, ROLE_LEAD, true, false, "say who is told of P1")                                    \
    X(STATUS_ADMIN, ROLE_LEAD, true, false, "rename statuses, make teams")                         \
    X(AUDIT_SEE, ROLE_LEAD, true, false, "read the audit log")                                     \
    X(PROTOCOL, ROLE_ADMIN, true, false, "write what is done at P1")                               \
    X(INBOX_ADMIN, ROLE_ADMIN, true, false, "make and change inboxes")                             \
    X(PEOPLE_ADMIN, ROLE_ADMIN, true, false, "make and change agents")                             \
    X(KEY_ADMIN, ROLE_ADMIN, true, false, "make and revoke API keys")                              \
    X(AGENT_ONLY, ROLE_AGENT, false, false, "things of a person: drafts, sessions")

#define PERMISSION_ENUM(name, role, key, inbox, says) P_##name,
enum permission { P_NONE = 0, PERMISSION_LIST(PERMISSION_ENUM) P_COUNT };
#undef PERMISSION_ENUM

bool policy_may(const struct principal *who, enum permission p);
/* May they see what is in this inbox? 0 is no inbox: leads and admins, and who sees all. */
bool policy_sees_inbox(const struct principal *who, int64_t inbox_id);
/* May they see what is in every inbox? Else only in who->inbox_ids. */
bool policy_sees_all(const struct principal *who);
/* May `who` give this role to somebody (an agent or a key)? Never above their own. */
bool policy_may_give_role(const struct principal *who, enum role r);
const char *permission_name(enum permission p);
