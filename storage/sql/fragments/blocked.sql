-- Decision sets whose last gate allows no approval: their price is of a plan that does not fit, or that is forbidden.
    select last.decision_set_id
    from (
        select distinct on (decision_set_id) decision_set_id, allowed from gates order by decision_set_id, opened_at desc
    ) last
    where not 'approve' = any(last.allowed)
