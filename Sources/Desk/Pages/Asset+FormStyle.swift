extension Asset {
  /// How forms for records, uploads and the officer's account look.
  static let formStyleText = """
    .button.plain,button.plain{background:#fff;color:var(--link);border-color:#9db4ca}
    .acts{display:flex;flex-wrap:wrap;gap:8px;margin:10px 0 2px}
    .acts .button{padding:6px 12px;font-size:.92rem}
    ul.cards,ul.drafts,ul.counts{list-style:none;margin:0;padding:0}
    ul.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:12px}
    ul.cards .box{margin:0}
    ul.cards h2{margin:0 0 6px}
    ul.drafts .box{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;justify-content:space-between}
    ul.drafts form{margin:0}
    ul.counts{display:flex;flex-wrap:wrap;gap:12px;margin-bottom:12px}
    ul.counts .box{flex:1;min-width:9rem;margin:0}
    ul.counts strong{font-size:1.5rem;font-variant-numeric:tabular-nums}
    .box>h2:first-child{margin-top:2px}
    main>.acts{margin-bottom:14px}
    form.record{max-width:60rem}
    @media(min-width:56rem){form.record{display:grid;grid-template-columns:1fr 1fr;gap:0 22px;align-items:start}
    form.record>:not(.field){grid-column:1/-1}form.record>.field:has(textarea){grid-column:1/-1}}
    form.narrow{max-width:26rem}
    .field{margin:0 0 14px;min-width:0}
    .field label{margin-top:0}
    .first-choice .field:last-of-type{margin-bottom:10px}
    abbr[title]{color:var(--bad);text-decoration:none;margin-left:3px;font-weight:700}
    .field .help,fieldset>.help{margin:4px 0 0}
    fieldset>.help{margin-bottom:10px}
    fieldset{border:1px solid var(--line);border-radius:8px;background:var(--box);padding:6px 16px 14px;margin:0 0 16px;
    min-width:0}
    legend{font-weight:600;padding:0 6px;margin-left:-6px}
    .parts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:0 16px;align-items:start}
    .parts.row{border-top:1px solid var(--line);padding-top:12px;margin-top:4px}
    .parts.row>.number{grid-column:1/-1;color:var(--soft)}
    fieldset>.row:not(.parts){margin-bottom:8px;max-width:26rem}
    button.default{position:absolute;left:-999em}
    .kept{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center;margin:4px 0 8px}
    input[type=file]{max-width:100%}
    .corrections{margin:6px 0 0;font-size:.92rem;display:flex;gap:14px}
    .buttons{display:flex;flex-wrap:wrap;gap:10px 14px;align-items:center;margin:18px 0}
    input[aria-invalid],select[aria-invalid],textarea[aria-invalid]{border:2px solid var(--bad)}
    .field .trouble,fieldset .trouble{margin:4px 0 0}
    .wrong ul{margin:6px 0 0;padding-left:20px}
    a.name{color:#fff;text-decoration:none}
    .enrol{display:flex;flex-wrap:wrap;gap:20px;align-items:flex-start}
    .enrol .qr{width:15rem;height:15rem;max-width:100%;border:1px solid var(--line)}
    .enrol>div{flex:1;min-width:15rem}
    .secret{font-size:1.15rem}
    ul.recovery{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:6px 20px;font-size:1.1rem;
    margin:10px 0 16px}
    @media(max-width:40rem){fieldset{padding:6px 12px 12px}ul.cards{grid-template-columns:1fr}}
    @media print{.buttons,.acts{display:none}}

    """
}
