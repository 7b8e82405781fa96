-- Decision sets `d` of a project `p` in which every word stands: in number, title, project or author.
    and (%(project)s::text is null or p.slug = %(project)s)
    and not exists (
        select from unnest(%(words)s::text[]) word
        where position(lower(word) in lower(concat_ws(' ', '#' || d.number, d.title, p.slug, d.created_by))) = 0
    )
