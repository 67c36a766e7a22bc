{#- What the rules of stored segments may look at: to let them see another model, write it here. The API refuses a rule
    over anything else. -#}
{% macro segment_rule_models() -%}
    {{ return([
        'clock', 'consents', 'customer_features', 'customer_scores', 'customers', 'feedback', 'identities',
        'journey_stages', 'journeys', 'order_items', 'orders', 'products', 'sessions', 'stores', 'tickets', 'touchpoints'
    ]) }}
{%- endmacro %}

{#- The segments that applications defined (`createSegment`), each after those it names. `fault` says why a rule cannot be
    followed now: builds then leave its members as they are. Empty where nothing was defined, and where thau's own tables
    are not there. -#}
{% macro stored_segments() -%}
    {%- set stored = [] -%}
    {%- if execute -%}
        {%- set place = source('thau', 'segment_rules') -%}
        {%- set found = adapter.get_relation(
            database=place.database, schema=place.schema, identifier=place.identifier
        ) -%}
        {%- if found -%}
            {%- set rows = run_query(
                "select segment_id, name, coalesce(name_vi, ''), coalesce(description, ''), purpose, contact_channel, "
                ~ "author, rule::text, compiled::text, fault from " ~ found ~ " order by created_at, segment_id"
            ).rows -%}
            {%- for row in rows -%}
                {%- do stored.append({
                    'id': row[0], 'name': row[1], 'name_vi': row[2], 'description': row[3], 'purpose': row[4],
                    'contact_channel': row[5], 'author': row[6], 'rule': row[7], 'compiled': fromjson(row[8]),
                    'fault': row[9]
                }) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(in_order_of_names(stored)) }}
{%- endmacro %}

{#- Segments of files are there first; what names a segment that is not there, or that names it in turn, has a fault. -#}
{% macro in_order_of_names(stored) -%}
    {%- set known = segment_list() | map(attribute='id') | list -%}
    {%- set files = known | list -%}
    {%- set columns = {} -%}
    {%- set ordered = [] -%}
    {%- set left = namespace(rules=stored) -%}
    {%- for _ in stored -%}
        {%- set waiting = [] -%}
        {%- for rule in left.rules -%}
            {%- if rule.compiled.segments | reject('in', known) | list -%}
                {%- do waiting.append(rule) -%}
            {%- else -%}
                {%- set fault = rule_fault(rule, files, columns) -%}
                {%- do rule.update({'fault': fault}) -%}
                {%- do ordered.append(rule) -%}
                {%- if not fault -%}
                    {%- do known.append(rule.id) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set left.rules = waiting -%}
    {%- endfor -%}
    {%- for rule in left.rules -%}
        {%- set missing = rule.compiled.segments | reject('in', known) | list -%}
        {%- do rule.update({'fault': 'names the segment ' ~ missing[0] ~ ', which has no members to go by'}) -%}
        {%- do ordered.append(rule) -%}
    {%- endfor -%}
    {{ return(ordered) }}
{%- endmacro %}

{#- Why a rule cannot be followed over the tables as they are now: what the API found, or a column that is gone. -#}
{% macro rule_fault(rule, files, columns) -%}
    {%- if rule.fault -%}
        {{ return(rule.fault) }}
    {%- endif -%}
    {%- if rule.id in files -%}
        {{ return('a file of transforms/segments has the same id') }}
    {%- endif -%}
    {%- for model in rule.compiled.models
        if model not in segment_rule_models() and model not in ['segments', 'segment_members'] -%}
        {{ return('builds do not let rules look at ' ~ model) }}
    {%- endfor -%}
    {%- for used in rule.compiled.uses -%}
        {%- if used[0] not in columns -%}
            {%- set types = {} -%}
            {%- for column in adapter.get_columns_in_relation(ref(used[0])) -%}
                {%- do types.update({column.name: column.dtype}) -%}
            {%- endfor -%}
            {%- do columns.update({used[0]: types}) -%}
        {%- endif -%}
        {%- set type = columns[used[0]].get(used[1]) -%}
        {%- if not type -%}
            {{ return(used[0] ~ ' has no column ' ~ used[1] ~ ' any more') }}
        {%- endif -%}
        {%- if type != used[2] and not used[2].endswith('[]') -%}
            {{ return(used[0] ~ '.' ~ used[1] ~ ' is ' ~ type ~ ' and was ' ~ used[2]) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
