extension Asset {
  /// How charts, the map and the pages around them look.
  static let chartStyleText = """
    .tools{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 10px}
    .period{display:flex;flex-wrap:wrap;gap:10px 16px;align-items:flex-end;margin:0 0 16px}
    .period label{margin:0 0 4px}
    .period select{width:auto;min-width:8rem}
    .beside{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:20px;align-items:start}
    .grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:14px;margin:14px 0}
    .one{max-width:34rem;margin-bottom:16px}
    .scroll+.help{margin-top:8px}
    .one>svg,.beside>svg,figure{background:#fff;border:1px solid var(--line);border-radius:8px;padding:10px;margin:0}
    figcaption{font-weight:600;font-size:.92rem;margin-bottom:6px}
    svg.chart{display:block;width:100%;height:auto;overflow:visible}
    svg text{font:11px system-ui,"Segoe UI","DejaVu Sans",Arial,sans-serif;fill:var(--ink)}
    svg .tick{fill:var(--soft);font-size:10px}
    svg .value{font-weight:600}
    svg .rule{stroke:#e6ebf0}
    svg .axis{stroke:#8796a5}
    svg .line{fill:none;stroke:var(--brand);stroke-width:2}
    svg .s1 .line{stroke:#a3541f;stroke-dasharray:5 3}
    svg .mark{fill:var(--brand);stroke:var(--brand)}
    svg .mark.diamond{fill:#fff;stroke:#a3541f;stroke-width:2}
    svg .span{stroke:#9db4c9;stroke-width:6;stroke-linecap:round}
    svg .bar{fill:#3f77a6}
    svg.spark{width:96px;height:24px;display:block}
    ol.milestones{margin:6px 0 0;padding:0;list-style:none}
    ol.milestones li{padding:4px 0}
    ol.milestones .late b{color:var(--bad)}
    .box>h2:first-child{margin-top:0}
    .reform h2{margin:0 0 6px}
    .reform h2 small{font-size:.9rem;font-weight:400}
    ul.facts{margin-bottom:14px}
    td small{display:block;color:var(--soft);font-size:.78rem}
    td.number,th.number{text-align:right;white-space:nowrap}
    @media(max-width:60rem){.beside{grid-template-columns:minmax(0,1fr)}}
    @media print{.period,.tools,.notice{display:none}.box,figure,svg,tr{break-inside:avoid}main{max-width:none;padding:0}
    .scroll{overflow:visible}details>*{display:block}.grid{grid-template-columns:1fr 1fr}html{font-size:11pt}}

    """
}

extension Asset {
  /// How the map and the operator's pages look.
  static let boardStyleText = """
    .tabs{display:flex;flex-wrap:wrap;gap:2px;margin:-4px 0 14px;border-bottom:1px solid var(--line)}
    .tabs a{padding:7px;text-decoration:none;border-radius:6px 6px 0 0}
    .tabs a:hover{background:#e7ecf2}
    .tabs a[aria-current]{background:var(--brand);color:#fff;font-weight:600}
    @media(min-width:60rem){.wide-first{grid-template-columns:minmax(0,3fr) minmax(0,2fr)}}
    .wide-first h2:first-child{margin-top:0}
    svg.map{background:#e8f1f7;border-radius:8px}
    svg .land{fill:#fbfaf5;stroke:#9aa9b5;stroke-width:1}
    svg .land.own{fill:#e3ecd9}
    svg .crossing .mark{fill:#fff;stroke:#5b6976;stroke-width:1.5}
    svg .crossing.own .mark{fill:var(--brand);stroke:#fff}
    svg .tie{fill:none;stroke-width:3.5}
    .pair.flows .tie,.pair.flows .sign{stroke:var(--good)}
    .pair.waits .tie,.pair.waits .sign{stroke:#8a5a00}.pair.waits .tie{stroke-dasharray:12 5}
    .pair.stands .tie,.pair.stands .sign{stroke:var(--bad)}.pair.stands .tie{stroke-dasharray:5 6}
    .pair.none .tie,.pair.none .sign{stroke:#7b8996}.pair.none .tie{stroke-dasharray:1 6}
    svg .pair .sign{fill:#fff;stroke-width:2}
    svg .sign-text,svg .node-text{font-weight:700;font-size:17px}
    svg .node circle{fill:#fff;stroke:var(--brand);stroke-width:2.5}
    svg .node.own circle{fill:var(--brand)}
    svg .node.own .node-text{fill:#fff}
    svg .node.away circle{stroke:#9aa9b5;fill:#f3f5f8}
    .legend{list-style:none;margin:0 0 12px;padding:0;display:flex;flex-wrap:wrap;gap:4px 18px;font-size:.9rem}
    .legend b{display:inline-block;width:1.4em;height:1.4em;line-height:1.3em;text-align:center;border-radius:99px;
    border:2px solid #7b8996;background:#fff}
    .legend .flows b{border-color:var(--good)}.legend .waits b{border-color:#8a5a00;border-style:dashed}
    .legend .stands b{border-color:var(--bad);border-style:dashed}.legend .none b{border-style:dotted}
    .keys{grid-template-columns:1fr}
    .keys dd{font-size:.85rem}
    .acts{display:flex;flex-wrap:wrap;gap:6px}
    .acts form{margin:0}
    button.small{padding:5px 10px;font-size:.88rem;white-space:nowrap}
    .password{font-size:1.25rem;user-select:all}
    fieldset{border:1px solid var(--line);border-radius:6px;margin:14px 0 0;padding:8px 14px}
    legend{font-weight:600;padding:0 4px}
    label.tick{display:inline-block;font-weight:400;margin:2px 18px 2px 0}
    label.tick input{width:auto}
    .digits{list-style:none;margin:0 0 10px;padding:0;display:grid;gap:8px;grid-template-columns:repeat(6,1fr)}
    .digits li{background:#fff;border:1px solid var(--line);border-radius:6px;padding:6px 10px}
    .digits b{display:block;font-size:1.5rem;letter-spacing:.08em}
    .offer{display:flex;flex-wrap:wrap;gap:10px 20px;align-items:flex-start;margin-bottom:10px}
    .offer dl{flex:1;min-width:14rem;grid-template-columns:1fr}
    svg.qr{width:8rem;height:8rem;background:#fff}
    .ceremony h3{font-size:1rem;margin:16px 0 6px}
    .onpaper{display:none}
    [hidden]{display:none!important}
    @media(max-width:40rem){.digits{grid-template-columns:repeat(3,1fr)}table.streams .lane{white-space:normal}
    table.streams td.number{text-align:left;white-space:normal}svg .sign-text,svg .node-text{font-size:22px}}
    @media print{.tabs,.acts,form.officer,.titled .button{display:none}.ceremony{break-after:page}.onpaper{display:block}
    .lines div{border-bottom:1px solid #000;height:2.6rem}pre.document{font-size:9pt}}

    """
}
