{#- Every raw table staging reads, as (source, entity, key): add yours here, and its set-aside rows are kept and its
    newest delivery moves the clock. -#}
{% macro staging_entities() -%}
    {{ return([
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
    ]) }}
{%- endmacro %}

{#- Base models that are tables: they hold little, and so no batches. -#}
{% macro is_written_whole(source_name, entity) -%}
    {{ return((source_name, entity) in [
        ('crm', 'accounts'),
        ('ecommerce', 'categories'),
        ('ecommerce', 'products'),
        ('pos', 'stores'),
        ('marketing', 'campaigns'),
        ('experiments', 'experiments'),
        ('survey', 'surveys'),
        ('hr', 'employee_feedback')
    ]) }}
{%- endmacro %}

{#- How many rows the source of a base model held when that last read it. -#}
{% macro delivered_to(base, is_whole) -%}
    {%- if is_whole -%}
    (select count(*) from {{ base }})
    {%- else -%}
    coalesce((select newest.delivered_count from {{ base }} as newest order by newest.batch desc limit 1), 0)
    {%- endif -%}
{%- endmacro %}
