{#- Every delivered row that was set aside, from every base model: add an entity here when you add one. -#}
{%- set entities = [
    ('crm', 'contacts', 'contact_id'),
    ('crm', 'accounts', 'account_id'),
    ('crm', 'consents', 'consent_id'),
    ('loyalty', 'members', 'member_no'),
    ('loyalty', 'referrals', 'referral_id'),
    ('ecommerce', 'categories', 'category_id'),
    ('ecommerce', 'products', 'product_id'),
    ('ecommerce', 'customers', 'customer_id'),
    ('ecommerce', 'orders', 'order_key'),
    ('ecommerce', 'order_items', 'order_item_key'),
    ('ecommerce', 'carts', 'cart_id'),
    ('ecommerce', 'reviews', 'review_id'),
    ('logistics', 'deliveries', 'delivery_id'),
    ('pos', 'stores', 'store_id'),
    ('pos', 'receipts', 'receipt_id'),
    ('pos', 'receipt_lines', 'receipt_line_key'),
    ('pos', 'store_visits', 'visit_id'),
    ('web', 'events', 'event_id'),
    ('app', 'events', 'event_id'),
    ('marketing', 'campaigns', 'campaign_id'),
    ('marketing', 'email_events', 'event_id'),
    ('marketing', 'ad_clicks', 'click_id'),
    ('social', 'engagements', 'engagement_id'),
    ('social', 'mentions', 'mention_id'),
    ('experiments', 'experiments', 'experiment_id'),
    ('experiments', 'assignments', 'assignment_key'),
    ('support', 'tickets', 'ticket_id'),
    ('support', 'ticket_events', 'event_id'),
    ('support', 'calls', 'call_id'),
    ('support', 'chats', 'conversation_id'),
    ('support', 'chat_messages', 'message_key'),
    ('survey', 'surveys', 'survey_id'),
    ('survey', 'invitations', 'invitation_id'),
    ('survey', 'responses', 'invitation_id'),
    ('research', 'interviews', 'interview_note_key'),
    ('warranty', 'claims', 'claim_id'),
    ('hr', 'employee_feedback', 'feedback_id')
] -%}

with final as (

    {%- for source_name, entity, key in entities %}
    select
        '{{ source_name }}' as source,
        '{{ entity }}' as entity,
        {{ key }}::text as row_key,
        rejected_because,
        raw_row,
        loaded_at
    from {{ ref('base_' ~ source_name ~ '__' ~ entity) }}
    where rejected_because is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

)

select * from final
