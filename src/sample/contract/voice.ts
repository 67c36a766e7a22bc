import { rawTable } from './table.js';

/** What people say: support, surveys, interviews, claims, employees. */
export const voiceTables = [
  rawTable(
    'support',
    'tickets',
    'one row per ticket as it stands; the latest updated_at per ticket_id counts',
    `
    ticket_id text T00001
    channel text email, phone, chat, facebook, zalo or store
    requester_name text as given
    requester_email text as given, or empty
    requester_phone text as given, or empty
    order_id text the order it is about, or empty
    order_channel text that order's channel
    subject text Vietnamese
    description text Vietnamese
    category text delivery, product_quality, refund, warranty, payment, usage, praise or other
    area text product, logistics, inventory, supply_chain, operations, service, price or other
    priority text low, normal, high or urgent
    status text new, open, pending, solved, closed, merged or spam
    merged_into text the ticket it was merged into
    agent text who has it
    created_at timestamptz when opened
    updated_at timestamptz last change`,
    'Solving, reopening and replies stand in ticket_events.',
  ),
  rawTable(
    'support',
    'ticket_events',
    'one row per event of a ticket',
    `
    event_id text TE000001
    ticket_id text the ticket
    event_type text created, auto_reply, agent_reply, customer_reply, solved, reopened
    actor text customer, bot or the agent
    occurred_at timestamptz when`,
  ),
  rawTable(
    'support',
    'calls',
    'one row per call to or from the hotline',
    `
    call_id text CL00001; CB00001 when the shop calls back
    direction text inbound or outbound
    phone text the caller's, as the exchange writes it; anonymous when hidden
    queue text sales, support or warranty
    reason text order_status, delivery_late, product_advice, complaint, warranty, refund or other
    outcome text answered, abandoned, busy or missed
    is_resolved boolean as the agent noted; empty when not answered
    agent text who answered
    started_at timestamptz ringing
    answered_at timestamptz picked up, or empty
    ended_at timestamptz hung up
    ticket_id text the ticket made of it, or empty`,
  ),
  rawTable(
    'support',
    'chats',
    'one row per chatbot conversation',
    `
    conversation_id text B00001
    channel text web, zalo or messenger
    anonymous_id text the browser (web)
    profile_id text the platform's key (zalo, messenger)
    phone text typed in the chat, or empty
    intent text order_status, product_advice, delivery_late, warranty, refund, other or empty when left before saying
    product_id text the product asked about, or empty
    started_at timestamptz first message
    ended_at timestamptz last message
    transferred_at timestamptz handed to a person, or empty`,
  ),
  rawTable(
    'support',
    'chat_messages',
    'one row per message of a conversation',
    `
    conversation_id text the conversation
    message_no integer from 1
    sender text user, bot or agent
    text text Vietnamese, as typed
    sent_at timestamptz when`,
  ),
  rawTable(
    'survey',
    'surveys',
    'one row per survey',
    `
    survey_id text Q-NPS
    kind text nps, csat, ces or awareness
    question text Vietnamese
    scale_min integer lowest answer
    scale_max integer highest answer
    version text CES 2.0 and the like
    sent_after text the touchpoint it follows: delivery, ticket_solved, store_purchase, quarter`,
  ),
  rawTable(
    'survey',
    'invitations',
    'one row per invitation',
    `
    invitation_id text I000001
    survey_id text the survey
    channel text email, sms, zalo or store
    email text where it was sent, or empty
    phone text where it was sent, or empty
    touchpoint_type text order, ticket, receipt or empty
    touchpoint_id text its key, or empty
    touchpoint_channel text the order's channel
    status text delivered or bounced
    sent_at timestamptz when`,
  ),
  rawTable(
    'survey',
    'responses',
    'one row per answer; one per invitation counts (the latest)',
    `
    response_id text J000001
    invitation_id text the invitation
    survey_id text the survey
    score text the answer; junk such as 11, -1, N/A occurs
    comment text Vietnamese, or empty
    answered_at timestamptz when`,
    'Some answers are sent twice, some changed within the hour.',
  ),
  rawTable(
    'research',
    'interviews',
    'one row per question of an in-depth interview',
    `
    interview_id text IV001
    contact_id text the CRM contact
    interviewer text who asked
    held_on date when
    question text Vietnamese
    note text what was said
    codes text codes set by hand, separated by |`,
  ),
  rawTable(
    'warranty',
    'claims',
    'one row per warranty claim',
    `
    claim_id text WC0001
    customer_name text as typed
    phone text as typed
    sku text the product
    bought_from text ecommerce or pos
    bought_in text the order or receipt
    issue text Vietnamese
    outcome text repaired, replaced, refunded, refused or empty while open
    opened_at timestamptz when brought
    closed_at timestamptz when settled, or empty`,
  ),
  rawTable(
    'hr',
    'employee_feedback',
    'one row per employee and round',
    `
    feedback_id text H0001
    employee_id text a key without meaning
    department text sales, support, warehouse or office
    store_id text or empty
    score text 0 to 10: would you recommend working here
    comment text Vietnamese, or empty
    submitted_at timestamptz when`,
  ),
];
