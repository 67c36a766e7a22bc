import { rawTable } from './table.js';

/** What people do on screens, and what brought them there. */
export const behaviourTables = [
  rawTable(
    'web',
    'events',
    'one row per event of the own site; event_id is the key',
    `
    event_id text W0000001
    anonymous_id text the browser's cookie
    customer_id text the account when signed in, else empty
    event_name text page_view, product_view, search, add_to_cart, begin_checkout, shipping, payment, purchase, ping, form_submit, content_download, login
    occurred_at timestamptz by the browser's clock: some in 1970, some in the future
    page text path, such as /p/p001
    product_id text when about a product
    order_id text with purchase
    email text typed into a form (form_submit, content_download), or empty
    referrer text the site before, or empty
    utm_source text facebook, google, zalo, tiktok, newsletter or empty
    utm_medium text paid_social, cpc, email, organic, referral or empty
    utm_campaign text the campaign's id, or empty
    device text mobile, desktop, tablet or bot
    engaged_seconds integer with ping: seconds in the foreground so far
    detail text with search: the words; with ping: scroll and the depth in per cent`,
    'Events are delivered twice now and then, and up to three days late.',
  ),
  rawTable(
    'app',
    'events',
    'one row per event of the mobile app; event_id is the key',
    `
    event_id text M0000001
    device_id text the phone's installation
    customer_id text the account when signed in, else empty
    event_name text open, screen_view, product_view, add_to_cart, purchase, feature_use, login, push_open
    screen text name of the screen
    product_id text when about a product
    occurred_at timestamptz by the phone's clock
    os text ios or android
    app_version text such as 3.2.1`,
  ),
  rawTable(
    'marketing',
    'campaigns',
    'one row per campaign',
    `
    campaign_id text CMP01
    name text Vietnamese name
    channel text email, facebook_ads, google_ads, tiktok_ads, zalo or sms
    started_on date first day
    ended_on date last day
    cost numeric spent in all
    currency text VND`,
  ),
  rawTable(
    'marketing',
    'email_events',
    'one row per event of a sent mail; event_id is the key',
    `
    event_id text L0000001
    campaign_id text the campaign
    email text the address it was sent to
    event_type text sent, open, click, bounce or unsubscribe
    anonymous_id text the browser that followed the link (click), or empty
    occurred_at timestamptz when`,
  ),
  rawTable(
    'marketing',
    'ad_clicks',
    'one row per click on an advertisement',
    `
    click_id text AD000001
    campaign_id text the campaign
    platform text facebook, google, tiktok or zalo
    anonymous_id text the browser it led to
    landing_page text path
    cost numeric VND paid for the click
    occurred_at timestamptz when`,
  ),
  rawTable(
    'social',
    'engagements',
    "one row per reaction to one of the shop's posts",
    `
    engagement_id text G000001
    platform text facebook, tiktok, instagram or zalo
    post_id text the post
    profile_id text the platform's key of the profile (Zalo: per official account)
    kind text like, share, comment or click
    occurred_at timestamptz when`,
  ),
  rawTable(
    'social',
    'mentions',
    'one row per post, comment or direct message that names the shop',
    `
    mention_id text N00001
    platform text facebook, tiktok, instagram, zalo, forum
    kind text post, comment or message
    profile_id text the platform's key
    profile_name text as shown
    phone text written in a direct message, or empty
    text text Vietnamese, teencode, emoji
    occurred_at timestamptz when`,
  ),
  rawTable(
    'experiments',
    'experiments',
    'one row per experiment',
    `
    experiment_id text X1
    name text what is tried
    hypothesis text what is expected
    metric text what is measured
    started_on date first day
    ended_on date last day`,
  ),
  rawTable(
    'experiments',
    'assignments',
    'one row per unit and experiment',
    `
    experiment_id text the experiment
    unit_type text ecommerce_customer
    unit_id text the key in that system
    arm text control or treatment
    assigned_at timestamptz when`,
  ),
];
