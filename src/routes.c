/* routes.c: the only list of URLs. Permission, rate, body limit and where it runs stand in the
 * row, so no handler can forget them. */
#include "routes.h"

#include "base/limits.h"
#include "contacts/contact.h"
#include "contacts/contact_api.h"
#include "channels/webchat/webchat.h"
#include "desk/chat_api.h"
#include "desk/demo.h"
#include "desk/desk_api.h"
#include "desk/inbox_api.h"
#include "desk/judge.h"
#include "desk/message_api.h"
#include "desk/page_api.h"
#include "desk/protocol_api.h"
#include "desk/taxonomy_api.h"
#include "desk/triage_api.h"
#include "desk/triage_state_api.h"
#include "http/openapi.h"
#include "http/static.h"
#include "inboxes/inbox_store.h"
#include "live/live.h"
#include "people/people.h"
#include "people/people_api.h"
#include "people/policy.h"
#include "tickets/message.h"
#include "tickets/ticket_act.h"
#include "tickets/ticket_api.h"
#include "tickets/ticket_store.h"
#include "triage/view.h"

#define API         "/api/v1"
#define SMALL_BYTES 16384
#define PAGE        "limit,after"

/* clang-format off */
const struct route ROUTES[] = {
    /* method        path                            who may          rate       runs       body limit              handler                  in               out             list   query   says */
    /* ---- up, well */
    {METHOD_GET,    "/healthz",                      P_PUBLIC,        PER_NONE,  ON_LOOP,   0,                      healthz_get,             NULL,            NULL,           false, NULL,   NULL},
    {METHOD_GET,    "/readyz",                       P_PUBLIC,        PER_NONE,  ON_READ,   0,                      readyz_get,              NULL,            NULL,           false, NULL,   NULL},
    {METHOD_GET,    "/metrics",                      P_PUBLIC,        PER_NONE,  ON_LOOP,   0,                      metrics_get,             NULL,            NULL,           false, NULL,   NULL},

    {METHOD_GET,    API "/openapi.json",             P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      openapi_get,             NULL,            NULL,           false, NULL,   "This description"},

    /* ---- people */
    {METHOD_GET,    API "/setup",                    P_PUBLIC,        PER_IP,    ON_READ,   0,                      setup_get,               NULL,            &SETUP,         false, NULL,   "Must the desk be set up first?"},
    {METHOD_POST,   API "/setup",                    P_PUBLIC,        PER_LOGIN, ON_SLOW,   SMALL_BYTES,            setup_post,              &SETUP_IN,       &ME,            false, NULL,   "Make the first admin with the one-time link"},
    {METHOD_POST,   API "/session",                  P_PUBLIC,        PER_LOGIN, ON_SLOW,   SMALL_BYTES,            session_post,            &SESSION_IN,     &ME,            false, NULL,   "Sign in"},
    {METHOD_DELETE, API "/session",                  P_SIGNED_IN,     PER_WHO,   ON_WRITE,  0,                      session_delete,          NULL,            NULL,           false, NULL,   "Sign out"},
    {METHOD_POST,   API "/password-reset",           P_PUBLIC,        PER_LOGIN, ON_SLOW,   SMALL_BYTES,            reset_post,              &RESET_IN,       NULL,           false, NULL,   "Ask for a link to a new password"},
    {METHOD_POST,   API "/password-reset/confirm",   P_PUBLIC,        PER_LOGIN, ON_SLOW,   SMALL_BYTES,            reset_confirm_post,      &RESET_CONFIRM_IN, &ME,          false, NULL,   "Set a new password with the link (also an invitation's)"},
    {METHOD_GET,    API "/me",                       P_SIGNED_IN,     PER_WHO,   ON_READ,   0,                      me_get,                  NULL,            &ME,            false, NULL,   "Who am I?"},
    {METHOD_PATCH,  API "/me",                       P_AGENT_ONLY,    PER_WHO,   ON_SLOW,   65536,                  me_patch,                &ME_PATCH,       &ME,            false, NULL,   "Change my name, language, settings or password"},
    {METHOD_GET,    API "/agents",                   P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      agent_list_get,          NULL,            &AGENT,         true,  NULL,   "Everyone who works here"},
    {METHOD_POST,   API "/agents",                   P_PEOPLE_ADMIN,  PER_WHO,   ON_WRITE,  SMALL_BYTES,            agent_post,              &AGENT_IN,       &AGENT,         false, NULL,   "Invite a colleague"},
    {METHOD_PATCH,  API "/agents/:id",               P_PEOPLE_ADMIN,  PER_WHO,   ON_WRITE,  65536,                  agent_patch,             &AGENT_PATCH,    &AGENT,         false, NULL,   "Change a colleague's role or reach"},
    {METHOD_POST,   API "/agents/:id/reset-link",    P_PEOPLE_ADMIN,  PER_WHO,   ON_WRITE,  0,                      agent_reset_link_post,   NULL,            &LINK,          false, NULL,   "A link to a new password, to hand over"},
    {METHOD_GET,    API "/teams",                    P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      team_list_get,           NULL,            &TEAM,          true,  NULL,   "Teams and who is in them"},
    {METHOD_POST,   API "/teams",                    P_STATUS_ADMIN,  PER_WHO,   ON_WRITE,  65536,                  team_post,               &TEAM_IN,        &TEAM,          false, NULL,   "Make a team"},
    {METHOD_PATCH,  API "/teams/:id",                P_STATUS_ADMIN,  PER_WHO,   ON_WRITE,  65536,                  team_patch,              &TEAM_PATCH,     &TEAM,          false, NULL,   "Change a team"},
    {METHOD_DELETE, API "/teams/:id",                P_STATUS_ADMIN,  PER_WHO,   ON_WRITE,  0,                      team_delete,             NULL,            NULL,           false, NULL,   "Dissolve a team"},
    {METHOD_GET,    API "/keys",                     P_KEY_ADMIN,     PER_WHO,   ON_READ,   0,                      key_list_get,            NULL,            &KEY,           true,  NULL,   "API keys"},
    {METHOD_POST,   API "/keys",                     P_KEY_ADMIN,     PER_WHO,   ON_WRITE,  SMALL_BYTES,            key_post,                &KEY_IN,         &KEY,           false, NULL,   "Make an API key; it is shown once"},
    {METHOD_DELETE, API "/keys/:id",                 P_KEY_ADMIN,     PER_WHO,   ON_WRITE,  0,                      key_delete,              NULL,            NULL,           false, NULL,   "Revoke an API key"},
    {METHOD_GET,    API "/audit",                    P_AUDIT_SEE,     PER_WHO,   ON_READ,   0,                      audit_list_get,          NULL,            &AUDIT_LINE,    true,  PAGE,   "Who did what, newest first"},

    /* ---- inboxes */
    {METHOD_GET,    API "/inboxes",                  P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      inbox_list_get,          NULL,            &INBOX,         true,  NULL,   "Addresses on channels"},
    {METHOD_POST,   API "/inboxes",                  P_INBOX_ADMIN,   PER_WHO,   ON_WRITE,  LIMIT_JSON_BYTES,       inbox_post,              &INBOX_IN,       &INBOX,         false, NULL,   "Make an inbox"},
    {METHOD_POST,   API "/inboxes/check",            P_INBOX_ADMIN,   PER_WHO,   ON_SLOW,   LIMIT_JSON_BYTES,       inbox_check_post,        &INBOX_CHECK_IN, &INBOX_CHECKED, false, NULL,   "Do these settings work?"},
    {METHOD_GET,    API "/inboxes/:id",              P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      inbox_one_get,           NULL,            &INBOX,         false, NULL,   "One inbox"},
    {METHOD_PATCH,  API "/inboxes/:id",              P_INBOX_ADMIN,   PER_WHO,   ON_WRITE,  LIMIT_JSON_BYTES,       inbox_patch,             &INBOX_PATCH,    &INBOX,         false, NULL,   "Change an inbox"},
    {METHOD_POST,   API "/inboxes/:id/messages",     P_MESSAGE_TAKE,  PER_NONE,  ON_WRITE,  LIMIT_JSON_BYTES,       message_take_post,       &MESSAGE_IN,     &MESSAGE_TAKEN, false, NULL,   "Hand in what a customer said; 202 means it is on disk"},

    /* ---- tickets */
    {METHOD_GET,    API "/tickets",                  P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      ticket_list_get,         NULL,            &TICKET,        true,  "status,assignee,team,tag,inbox,contact,category,q,sort," PAGE, "Tickets: newest first, or by waiting"},
    {METHOD_GET,    API "/tickets/:id",              P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      ticket_get,              NULL,            &TICKET,        false, NULL,   "One ticket"},
    {METHOD_PATCH,  API "/tickets/:id",              P_TICKET_EDIT,   PER_WHO,   ON_WRITE,  SMALL_BYTES,            ticket_change_patch,     &TICKET_PATCH,   &TICKET,        false, NULL,   "Change a ticket; If-Match guards against overwriting"},
    {METHOD_POST,   API "/tickets/:id/assign",       P_TICKET_EDIT,   PER_WHO,   ON_WRITE,  SMALL_BYTES,            ticket_assign_post,      &ASSIGN_IN,      &TICKET,        false, NULL,   "Say whose it is"},
    {METHOD_POST,   API "/tickets/:id/snooze",       P_TICKET_EDIT,   PER_WHO,   ON_WRITE,  SMALL_BYTES,            ticket_snooze_post,      &SNOOZE_IN,      &TICKET,        false, NULL,   "Sleep until a time, or wake it"},
    {METHOD_POST,   API "/tickets/:id/seen",         P_AGENT_ONLY,    PER_WHO,   ON_WRITE,  SMALL_BYTES,            ticket_seen_post,        &SEEN_IN,        NULL,           false, NULL,   "I have read it up to here"},
    {METHOD_GET,    API "/tickets/:id/presence",     P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      presence_get,            NULL,            &VIEWER,        true,  NULL,   "Who looks at it now"},
    {METHOD_POST,   API "/tickets/:id/presence",     P_AGENT_ONLY,    PER_WHO,   ON_WRITE,  SMALL_BYTES,            presence_post,           &PRESENCE_IN,    NULL,           false, NULL,   "I look at it, or answer it"},
    {METHOD_GET,    API "/tickets/:id/drafts",       P_AGENT_ONLY,    PER_WHO,   ON_READ,   0,                      draft_list_get,          NULL,            &DRAFT,         true,  NULL,   "What I have begun to write"},
    {METHOD_PUT,    API "/tickets/:id/drafts/:text", P_AGENT_ONLY,    PER_WHO,   ON_WRITE,  LIMIT_JSON_BYTES,       draft_put,               &DRAFT_IN,       NULL,           false, NULL,   "Keep a draft; empty text takes it away"},
    {METHOD_GET,    API "/tickets/:id/messages",     P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      ticket_messages_get,     NULL,            &MESSAGE,       true,  "before," PAGE, "What was said, oldest first"},
    {METHOD_POST,   API "/tickets/:id/messages",     P_REPLY,         PER_WHO,   ON_WRITE,  LIMIT_JSON_BYTES,       ticket_reply_post,       &REPLY_IN,       &MESSAGE,       false, NULL,   "Answer the customer, or note something for the team"},
    {METHOD_GET,    API "/tickets/:id/triage",       P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      ticket_triage_get,       NULL,            &TICKET_TRIAGE,  false, NULL,   "What was read of it: category, urgency, mood, language, facts"},
    {METHOD_POST,   API "/tickets/:id/triage",       P_TICKET_EDIT,   PER_WHO,   ON_WRITE,  SMALL_BYTES,            ticket_triage_post,      &JUDGE_IN,       &TICKET_TRIAGE,  false, NULL,   "Say what holds instead; triage learns from it"},
    {METHOD_GET,    API "/tags",                     P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      tag_list_get,            NULL,            &TAG,           true,  NULL,   "Tags in use"},
    {METHOD_GET,    API "/statuses",                 P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      status_list_get,         NULL,            &STATUS,        true,  NULL,   "Statuses and their categories"},
    {METHOD_POST,   API "/statuses",                 P_STATUS_ADMIN,  PER_WHO,   ON_WRITE,  SMALL_BYTES,            status_post,             &STATUS_IN,      &STATUS,        false, NULL,   "A status of the desk's own"},
    {METHOD_PATCH,  API "/statuses/:id",             P_STATUS_ADMIN,  PER_WHO,   ON_WRITE,  SMALL_BYTES,            status_patch,            &STATUS_PATCH,   NULL,           false, NULL,   "Rename a status"},

    /* ---- messages and files */
    {METHOD_GET,    API "/messages/:id",             P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      message_one_get,         NULL,            &MESSAGE,       false, NULL,   "One message"},
    {METHOD_GET,    API "/messages/:id/html",        P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      message_html_get,        NULL,            &MESSAGE_HTML,  false, NULL,   "A mail's HTML, sanitised"},
    {METHOD_GET,    API "/messages/:id/raw",         P_TICKET_SEE,    PER_WHO,   ON_SLOW,   0,                      message_raw_get,         NULL,            NULL,           false, NULL,   "The original, as it came; where something is masked, by right and audited as reveal is"},
    {METHOD_POST,   API "/messages/:id/reveal",      P_PII_SEE,       PER_WHO,   ON_WRITE,  0,                      message_reveal_post,     NULL,            &MESSAGE_ORIGINAL, false, NULL, "The words under the masks; the audit log keeps who read them"},
    {METHOD_POST,   API "/messages/:id/send-again",  P_REPLY,         PER_WHO,   ON_WRITE,  0,                      message_again_post,      NULL,            &MESSAGE,       false, NULL,   "Send a failed or unknown reply once more"},
    {METHOD_POST,   API "/uploads",                  P_REPLY,         PER_WHO,   ON_SLOW,   LIMIT_ATTACHMENT_BYTES, upload_post,             NULL,            &UPLOAD,        false, "name", "A file for a reply: the body is the file"},
    {METHOD_GET,    "/files/:text/*",                P_PUBLIC,        PER_IP,    ON_READ,   0,                      file_get,                NULL,            NULL,           false, NULL,   NULL},

    /* ---- contacts, search, live */
    {METHOD_GET,    API "/contacts",                 P_CONTACT_SEE,   PER_WHO,   ON_READ,   0,                      contact_list_get,        NULL,            &CONTACT,       true,  "q," PAGE, "People who write to us"},
    {METHOD_GET,    API "/contacts/:id",             P_CONTACT_SEE,   PER_WHO,   ON_READ,   0,                      contact_one_get,         NULL,            &CONTACT,       false, NULL,   "One person"},
    {METHOD_GET,    API "/search",                   P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      search_get,              NULL,            &SEARCH_HIT,    true,  "q,kind," PAGE, "A ticket by its number; words in messages, subjects, contacts"},
    {METHOD_GET,    API "/counts",                   P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      counts_get,              NULL,            &COUNT,         true,  NULL,   "How many tickets there are of each kind"},
    {METHOD_GET,    API "/counts/categories",        P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      category_counts_get,     NULL,            &CATEGORY_COUNT, true, NULL,   "The same by category"},
    {METHOD_GET,    API "/events",                   P_TICKET_SEE,    PER_WHO,   ON_STREAM, 0,                      events_get,              NULL,            &LIVE_EVENT,    false, "topics", "Live events (SSE); Last-Event-ID goes on from there"},

    /* ---- triage */
    {METHOD_GET,    API "/triage",                   P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      triage_state_get,        NULL,            &TRIAGE_STATE,  false, NULL,   "What reads the messages now, and whether it trains"},
    {METHOD_GET,    API "/triage/promises",          P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      promise_list_get,        NULL,            &PROMISE,       true,  NULL,   "What each inbox promises of triage, and what was measured"},
    {METHOD_GET,    API "/triage/figures",           P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      figure_list_get,         NULL,            &FIGURE,        true,  NULL,   "By language, queue and category"},
    {METHOD_GET,    API "/triage/confusion",         P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      confusion_list_get,      NULL,            &CONFUSION,     true,  NULL,   "What was taken for what"},
    {METHOD_GET,    API "/triage/doubtful",          P_TRIAGE_TRAIN,  PER_WHO,   ON_READ,   0,                      doubtful_list_get,       NULL,            &DOUBTFUL,      true,  PAGE,   "Examples whose label looks wrong"},
    {METHOD_POST,   API "/triage/doubtful/:id",      P_TRIAGE_TRAIN,  PER_WHO,   ON_WRITE,  SMALL_BYTES,            doubtful_post,           &DOUBTFUL_IN,    NULL,           false, NULL,   "Say what the example is about"},
    {METHOD_GET,    API "/triage/models",            P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      model_list_get,          NULL,            &MODEL,         true,  NULL,   "Models that were trained here, newest first"},
    {METHOD_POST,   API "/triage/models/:text/use",  P_TRIAGE_TRAIN,  PER_WHO,   ON_WRITE,  0,                      model_use_post,          NULL,            NULL,           false, NULL,   "Back to a model that is kept"},
    {METHOD_POST,   API "/triage/retrain",           P_TRIAGE_TRAIN,  PER_WHO,   ON_WRITE,  0,                      retrain_post,            NULL,            NULL,           false, NULL,   "Train a new model now"},
    {METHOD_GET,    API "/queues",                   P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      queue_list_get,          NULL,            &QUEUE,         true,  NULL,   "Queues of categories, and who takes care of them"},
    {METHOD_PUT,    API "/queues/:text",             P_TRIAGE_TRAIN,  PER_WHO,   ON_SLOW,   SMALL_BYTES,            queue_put,               &QUEUE_IN,       &QUEUE,         false, NULL,   "Make or change a queue"},
    {METHOD_GET,    API "/categories",               P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      category_list_get,       NULL,            &CATEGORY,      true,  NULL,   "What a message may be about"},
    {METHOD_PUT,    API "/categories/:text",         P_TRIAGE_TRAIN,  PER_WHO,   ON_SLOW,   LIMIT_JSON_BYTES,       category_put,            &CATEGORY_IN,    &CATEGORY,      false, NULL,   "Make or change a category"},
    {METHOD_DELETE, API "/categories/:text",         P_TRIAGE_TRAIN,  PER_WHO,   ON_SLOW,   0,                      category_delete,         NULL,            NULL,           false, NULL,   "Drop a category with its examples"},
    {METHOD_GET,    API "/taxonomy",                 P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      taxonomy_get,            NULL,            NULL,           false, NULL,   "The whole taxonomy as one file of JSON lines"},
    {METHOD_PUT,    API "/taxonomy",                 P_TRIAGE_TRAIN,  PER_WHO,   ON_SLOW,   TAXONOMY_HTTP_BYTES,    taxonomy_put,            NULL,            NULL,           false, NULL,   "Replace it by another one"},
    {METHOD_GET,    API "/taxonomy/examples",        P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      example_list_get,        NULL,            &EXAMPLE,       true,  "category," PAGE, "Examples to learn from"},
    {METHOD_POST,   API "/taxonomy/examples",        P_TRIAGE_TRAIN,  PER_WHO,   ON_SLOW,   LIMIT_JSON_BYTES,       example_post,            &EXAMPLE_IN,     &EXAMPLE,       false, NULL,   "Add an example"},
    {METHOD_POST,   API "/taxonomy/examples/drop",   P_TRIAGE_TRAIN,  PER_WHO,   ON_SLOW,   LIMIT_JSON_BYTES,       example_drop_post,       &EXAMPLE_DROP,   NULL,           false, NULL,   "Take an example away"},

    /* ---- P1 */
    {METHOD_GET,    API "/on-call",                  P_DESK_SEE,      PER_WHO,   ON_READ,   0,                      on_call_get,             NULL,            &ON_CALL,       false, NULL,   "Who is told of P1, in which order"},
    {METHOD_PUT,    API "/on-call",                  P_ON_CALL,       PER_WHO,   ON_WRITE,  SMALL_BYTES,            on_call_put,             &ON_CALL,        &ON_CALL,       false, NULL,   "Say who is"},
    {METHOD_GET,    API "/pages",                    P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      page_list_get,           NULL,            &PAGED,         true,  PAGE,   "Whom P1 called: the open ones first"},
    {METHOD_POST,   API "/pages/:id/ack",            P_TICKET_EDIT,   PER_WHO,   ON_WRITE,  0,                      page_ack_post,           NULL,            &PAGED,         false, NULL,   "I have it: nobody else is called"},
    {METHOD_GET,    API "/protocols",                P_TICKET_SEE,    PER_WHO,   ON_READ,   0,                      protocol_list_get,       NULL,            &PROTOCOL,      true,  "ticket", "What is done at P1: of all kinds, or of those of a ticket, with help lines"},
    {METHOD_PUT,    API "/protocols/:text",          P_PROTOCOL,      PER_WHO,   ON_WRITE,  LIMIT_JSON_BYTES,       protocol_put,            &PROTOCOL_IN,    &PROTOCOL,      false, NULL,   "The desk's own words for a kind of P1; no steps: back to the built-in ones"},

    /* ---- the demo desk */
    {METHOD_GET,    API "/demo",                     P_PUBLIC,        PER_IP,    ON_READ,   0,                      demo_get,                NULL,            &DEMO_STATE,    false, NULL, "Is the demo desk there?"},
    {METHOD_POST,   API "/demo/clear",               P_INBOX_ADMIN,   PER_WHO,   ON_SLOW,   0,                      demo_clear_post,         NULL,            NULL,           false, NULL,   "Take the demo away"},

    /* ---- quarantine */
    {METHOD_GET,    API "/quarantine",               P_QUARANTINE,    PER_WHO,   ON_READ,   0,                      quarantine_get,          NULL,            &SPOOL_ITEM,    true,  PAGE,   "Raw messages that could not be parsed"},
    {METHOD_POST,   API "/quarantine/:id/retry",     P_QUARANTINE,    PER_WHO,   ON_WRITE,  0,                      quarantine_retry_post,   NULL,            NULL,           false, NULL,   "Try to parse it again"},
    {METHOD_POST,   API "/quarantine/:id/dismiss",   P_QUARANTINE,    PER_WHO,   ON_WRITE,  0,                      quarantine_dismiss_post, NULL,            NULL,           false, NULL,   "Put it aside; it is kept"},
    {METHOD_GET,    API "/quarantine/:id/raw",       P_QUARANTINE,    PER_WHO,   ON_READ,   0,                      quarantine_raw_get,      NULL,            NULL,           false, NULL,   "The raw message"},
    /* ---- the chat on a web site: open to strangers, see desk/chat_api.h for what stops them */
#define CHAT "/chat/v1/:token"
    {METHOD_GET,    CHAT "/config",                  P_PUBLIC,        PER_IP,    ON_READ,   0,                      chat_config_get,         NULL,            &CHAT_CONFIG,   false, NULL,   NULL},
    {METHOD_POST,   CHAT "/session",                 P_PUBLIC,        PER_IP,    ON_WRITE,  SMALL_BYTES,            chat_session_post,       &CHAT_SESSION_IN, &CHAT_SESSION, false, NULL,  NULL},
    {METHOD_GET,    CHAT "/messages",                P_PUBLIC,        PER_IP,    ON_READ,   0,                      chat_messages_get,       NULL,            &CHAT_MESSAGE,  true,  "after,before,limit", NULL},
    {METHOD_POST,   CHAT "/messages",                P_PUBLIC,        PER_IP,    ON_WRITE,  CHAT_MESSAGE_BYTES,     chat_message_post,       &CHAT_SAY,       &CHAT_SAID,     false, NULL,   NULL},
    {METHOD_POST,   CHAT "/uploads",                 P_PUBLIC,        PER_IP,    ON_SLOW,   WEBCHAT_UPLOAD_BYTES,   chat_upload_post,        NULL,            &UPLOAD,        false, "name", NULL},
    {METHOD_POST,   CHAT "/typing",                  P_PUBLIC,        PER_IP,    ON_WRITE,  SMALL_BYTES,            chat_typing_post,        &CHAT_TYPING,    NULL,           false, NULL,   NULL},
    {METHOD_POST,   CHAT "/read",                    P_PUBLIC,        PER_IP,    ON_WRITE,  SMALL_BYTES,            chat_read_post,          &CHAT_READ,      NULL,           false, NULL,   NULL},
    {METHOD_GET,    CHAT "/stream",                  P_PUBLIC,        PER_IP,    ON_STREAM, 0,                      chat_stream_get,         NULL,            NULL,           false, NULL,   NULL},
    {METHOD_OPTIONS, CHAT "/config",                 P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      chat_preflight,          NULL,            NULL,           false, NULL,   NULL},
    {METHOD_OPTIONS, CHAT "/session",                P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      chat_preflight,          NULL,            NULL,           false, NULL,   NULL},
    {METHOD_OPTIONS, CHAT "/messages",               P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      chat_preflight,          NULL,            NULL,           false, "after,before,limit", NULL},
    {METHOD_OPTIONS, CHAT "/uploads",                P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      chat_preflight,          NULL,            NULL,           false, "name", NULL},
    {METHOD_OPTIONS, CHAT "/typing",                 P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      chat_preflight,          NULL,            NULL,           false, NULL,   NULL},
    {METHOD_OPTIONS, CHAT "/read",                   P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      chat_preflight,          NULL,            NULL,           false, NULL,   NULL},
    {METHOD_OPTIONS, CHAT "/stream",                 P_PUBLIC,        PER_IP,    ON_LOOP,   0,                      chat_preflight,          NULL,            NULL,           false, NULL,   NULL},

    /* ---- pages */
    {METHOD_GET,    "/demo/phone",                   P_PUBLIC,        PER_NONE,  ON_LOOP,   0,                      chat_phone_get,          NULL,            NULL,           false, "inbox,theme,locale", NULL},
    {METHOD_GET,    "/*",                            P_PUBLIC,        PER_NONE,  ON_LOOP,   0,                      static_get,              NULL,            NULL,           false, "*",    NULL},
};
/* clang-format on */
const size_t ROUTES_N = sizeof ROUTES / sizeof *ROUTES;

const char *route_permission_name(int permission)
{
    return permission_name((enum permission)permission);
}
