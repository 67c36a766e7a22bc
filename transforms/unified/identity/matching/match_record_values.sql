{{ config(enabled=var('identity_matching', true), indexes=[{'columns': ['record_id'], 'unique': True}]) }}

{{ match_terms(ref('match_records'), 'identity_id', customer_comparisons()) }}
