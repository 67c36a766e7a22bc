{#- `customers_as_of(as_of timestamptz)`, and of a day, at its end: every customer as they were known then, from the published
    tables, which need not exist yet when on-run-start makes it. Columns added or gone make it anew. -#}
{% macro create_as_of_functions() %}
{%- set schema = var('functions_schema', 'functions') %}
{%- set zone = var('timezone') %}
{%- set relations = {
    'customers': 'unified.customers',
    'profile_statements': 'unified.profile_statements',
    'field_priorities': 'reference.field_priorities',
    'field_rules': 'reference.field_rules',
    'identities': 'unified.identities',
    'touchpoints': 'unified.touchpoints',
    'orders': 'unified.orders',
    'sessions': 'unified.sessions',
    'tickets': 'unified.tickets',
    'feedback': 'unified.feedback',
    'consents': 'unified.consents',
    'segment_members': 'segments.segment_members'
} %}
{%- set columns %}
    customer_id bigint,
    as_of_at timestamptz,
    full_name text,
    email text,
    phone text,
    sex text,
    birth_on date,
    birth_year integer,
    age_band text,
    occupation text,
    province text,
    address text,
    field_sources jsonb,
    identity_count integer,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    touchpoint_count integer,
    order_count integer,
    revenue numeric,
    purchases_365d integer,
    revenue_365d numeric,
    mean_order_value numeric,
    first_order_at timestamptz,
    last_order_at timestamptz,
    recency_days integer,
    tenure_days integer,
    session_count integer,
    ticket_count integer,
    feedback_count integer,
    complaint_count integer,
    mean_sentiment numeric,
    nps_score numeric,
    csat_score numeric,
    ces_score numeric,
    understanding_level text,
    understanding_gaps jsonb,
    consents jsonb,
    segments text[]
{%- endset %}
{%- set functions %}
create or replace function {{ schema }}.customers_as_of(as_of timestamptz)
returns table ({{ columns }}
)
language sql
stable
parallel safe
as $function$
{{ customer_states('$1', relations, zone) }}
$function$;
create or replace function {{ schema }}.customers_as_of(as_of date)
returns table ({{ columns }}
)
language sql
stable
parallel safe
as $function$
select *
from {{ schema }}.customers_as_of(($1 + 1)::timestamp at time zone '{{ zone }}' - interval '1 microsecond')
$function$;
{%- endset %}
create schema if not exists {{ schema }};
do $do$
begin
    perform set_config('check_function_bodies', 'off', true);
    begin
        execute $create${{ functions }}$create$;
    exception when invalid_function_definition then
        drop function if exists {{ schema }}.customers_as_of(date);
        drop function if exists {{ schema }}.customers_as_of(timestamptz);
        execute $create${{ functions }}$create$;
    end;
end
$do$;
{% endmacro %}
