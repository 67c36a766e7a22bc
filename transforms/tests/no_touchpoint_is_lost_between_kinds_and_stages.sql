{#- touchpoints joins the kinds: a kind the seed does not know would silently lose its rows. -#}
select counted.kind
from (
    select distinct kind
    from {{ ref('contact_events') }}
    where kind is not null
) as counted
left join {{ ref('touchpoint_kinds') }} as kinds on counted.kind = kinds.kind
where kinds.kind is null
union all
select counted.event_name
from (
    select distinct event_name
    from {{ ref('web_events') }}
    where event_name in (
        'page_view', 'product_view', 'search', 'add_to_cart', 'begin_checkout', 'form_submit', 'content_download'
    )
) as counted
left join {{ ref('touchpoint_kinds') }} as kinds on counted.event_name = kinds.kind
where kinds.kind is null
