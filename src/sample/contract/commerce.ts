import { rawTable } from './table.js';

/** What is sold, and where: own site, marketplaces, shops. */
export const commerceTables = [
  rawTable(
    'ecommerce',
    'categories',
    'one row per product category',
    `
    category_id text CAT01
    name text Vietnamese name
    parent_id text the wider category, or empty`,
  ),
  rawTable(
    'ecommerce',
    'products',
    'one row per product',
    `
    product_id text P001
    sku text the code on the till's receipts
    name text Vietnamese name
    category_id text its category
    brand text maker
    price numeric list price in VND
    cost numeric what the shop pays for it in VND
    launched_on date first day on sale`,
  ),
  rawTable(
    'ecommerce',
    'customers',
    'one row per account of the own site; a person may have two',
    `
    customer_id text E00001
    email text as typed
    is_email_verified boolean the link in the mail was followed
    phone text as typed
    full_name text as typed
    birth_date text often empty
    sex text often empty
    address text as typed
    province text as typed
    anonymous_id text the browser that registered
    registered_at timestamptz when the account was made
    updated_at timestamptz the last change`,
    'An account that changed arrives again with a later updated_at.',
  ),
  rawTable(
    'ecommerce',
    'orders',
    'one row per order and change of its status; the latest updated_at per (channel, order_id) counts',
    `
    order_id text O000001 on the own site; a marketplace's own number elsewhere
    channel text own_site, shopee, lazada or tiktok_shop
    shop_id text the shop's account on the marketplace, or empty
    customer_id text the account on the own site; empty for guests and on marketplaces
    buyer_id text the marketplace's key of the buyer, stable within (channel, shop_id); empty on the own site
    buyer_name text masked on marketplaces (N****n)
    buyer_phone text masked on marketplaces (******67, (+84)*****67)
    buyer_email text own site only
    ship_address text as typed; empty on marketplaces
    ship_province text as typed
    payment_method text cod, card, ewallet or bank_transfer
    status text placed, shipped, completed, cancelled, cod_refused or returned
    cart_id text the cart it came from (own site)
    anonymous_id text the browser at checkout (own site)
    coupon_code text or empty
    subtotal numeric sum of the lines before discount
    discount numeric taken off
    shipping_fee numeric added
    tax numeric VAT contained in the total
    total numeric subtotal - discount + shipping_fee
    currency text VND, a few USD
    placed_at timestamptz when ordered
    paid_at timestamptz when the money came (COD: on delivery), or empty
    updated_at timestamptz the last change of status`,
    'Deliveries are repeated and late; cod_refused and cancelled orders are not purchases; one marketplace order number also exists on another channel.',
  ),
  rawTable(
    'ecommerce',
    'order_items',
    'one row per line of an order',
    `
    channel text the order's channel
    order_id text the order
    line_no integer from 1
    product_id text what
    quantity integer how many; a few are negative or zero by mistake
    unit_price numeric price of one, in the order's currency`,
  ),
  rawTable(
    'ecommerce',
    'carts',
    'one row per cart of the own site',
    `
    cart_id text K00001
    customer_id text when signed in
    anonymous_id text the browser
    created_at timestamptz first item put in
    last_event_at timestamptz last change
    last_step text cart, shipping, payment or done
    item_count integer items in it
    value numeric VND
    exit_reason text shipping_fee, complicated_payment, price, stock or empty when not asked
    order_id text the order it became, or empty`,
  ),
  rawTable(
    'ecommerce',
    'reviews',
    'one row per product review',
    `
    review_id text V00001
    channel text where it was written
    order_id text the order it is about
    product_id text the product
    customer_id text the account (own site), or empty
    buyer_id text the marketplace's buyer, or empty
    rating integer 1 to 5
    text text Vietnamese, with emoji, without accents, teencode
    created_at timestamptz when written`,
  ),
  rawTable(
    'logistics',
    'deliveries',
    'one row per parcel',
    `
    delivery_id text D000001
    channel text the order's channel
    order_id text the order
    carrier text GHN, GHTK, Viettel Post, J&T or SPX
    province text as the carrier writes it
    shipped_at timestamptz when it left
    promised_on date the day promised
    delivered_at timestamptz when handed over, or empty
    attempts integer tries
    status text delivered, refused, lost or in_transit
    collected numeric cash collected at the door in VND (COD)`,
  ),
  rawTable(
    'pos',
    'stores',
    'one row per shop',
    `
    store_id text S01
    name text Vietnamese name
    address text street, ward
    province text new name
    latitude double precision degrees
    longitude double precision degrees
    opened_on date first day`,
  ),
  rawTable(
    'pos',
    'receipts',
    'one row per receipt',
    `
    receipt_id text S01-0001234
    store_id text where
    cashier text who
    member_no text the loyalty card shown, or empty
    customer_phone text typed by the cashier; the shop's own hotline or zeros when the customer would not say
    customer_name text often empty
    sold_at text local wall clock without zone, dd/mm/yyyy hh:mi
    kind text sale or refund
    refund_of text the receipt given back; it may arrive after its refund
    payment_method text cash, card, ewallet or qr
    total text VND as the till prints it: 1.234.567, 1234567 or 1.234.567đ; refunds negative`,
    'The tills send the last hour again after a lost line: the same receipt_id twice.',
  ),
  rawTable(
    'pos',
    'receipt_lines',
    'one row per line of a receipt',
    `
    receipt_id text the receipt
    line_no integer from 1
    sku text the product's sku
    quantity integer negative in refunds
    amount numeric VND, quantity times price`,
    'Sent again with their receipts.',
  ),
  rawTable(
    'pos',
    'store_visits',
    'one row per visit written down by the sales staff',
    `
    visit_id text SV00001
    store_id text where
    staff text who wrote it down
    member_no text the card, or empty
    customer_phone text or empty
    purpose text browse, advice, pick_up, warranty or return
    is_purchase boolean they bought
    visited_at timestamptz when`,
  ),
];
