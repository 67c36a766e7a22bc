import { rawTable } from './table.js';

/** The systems that keep people: CRM, loyalty programme. */
export const customerTables = [
  rawTable(
    'crm',
    'contacts',
    'one row per contact as the sales team typed it; a person may have several',
    `
    contact_id text the CRM's key, C000001
    full_name text family, middle, given; NFC, NFD, without accents, upper case or swapped, with stray spaces
    sex text Nam, Nữ, M, F, male, female or empty
    birth_date text yyyy-mm-dd, dd/mm/yyyy, a year alone, 1900-01-01 when unknown, or empty
    phone text as typed: spaces, dots, +84, 0084, old 11-digit prefixes, float text (9.12e8 or 912345678.0), junk
    email text as typed: upper case, spaces around, missing @, test@example.com
    address text street, ward, district (districts until 2025-07-01)
    province text old or new name, with or without accents, TP. and Tỉnh prefixes
    occupation text free text or empty
    account_id text the business customer this contact buys for, or empty
    owner text the sales person
    lead_source text where the contact came from: showroom, hotline, facebook, website, event, referral
    created_at timestamptz when the contact was made
    updated_at timestamptz the last change
    is_deleted boolean removed by the sales team`,
    'A contact that changed arrives again with the same contact_id and a later updated_at (the latest counts); some arrive twice unchanged.',
  ),
  rawTable(
    'crm',
    'accounts',
    'one row per business customer',
    `
    account_id text A0001
    name text registered name
    parent_account_id text the account it belongs to, or empty
    tax_code text ten digits
    industry text retail, hospital, school, office, hotel
    province text as in contacts
    created_at timestamptz when the account was made`,
  ),
  rawTable(
    'crm',
    'consents',
    'one row per statement of consent; the latest per person, purpose and channel counts',
    `
    consent_id text CS000001
    subject_type text crm_contact, loyalty_member or ecommerce_customer
    subject_id text the key in that system
    purpose text marketing, profiling, sharing or service
    status text granted or withdrawn
    channel text form, store, call or app
    contact_channel text email, sms, phone, zalo or post: what it is about; empty for every channel
    recorded_at timestamptz when it was said
    proof text the form version or the call it was said in`,
  ),
  rawTable(
    'loyalty',
    'members',
    'one row per loyalty card',
    `
    member_no text LM100001
    full_name text as typed at the till
    phone text as typed; families share one
    email text often empty
    birth_date text as in contacts
    sex text as in contacts
    tier text member, silver, gold or diamond
    points integer balance
    store_id text where the card was made
    joined_at timestamptz when the card was made
    updated_at timestamptz the last change`,
    'Some people hold two cards.',
  ),
  rawTable(
    'loyalty',
    'referrals',
    'one row per invitation from a member to a friend',
    `
    referral_id text R00001
    referrer_member_no text who invited
    referee_phone text the friend's phone as typed
    referee_member_no text the friend's card, once made
    created_at timestamptz when invited
    converted_at timestamptz when the friend first bought, or empty`,
  ),
];
