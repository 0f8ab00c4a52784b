extension Asset {
  static let styleText = """
    :root{--ink:#16202b;--soft:#4d5b6a;--line:#d3dbe3;--page:#f3f5f8;--box:#fff;--brand:#12395b;--link:#0b57a4;
    --good:#0e6b3a;--goodbg:#e6f4ec;--warn:#7a4b00;--warnbg:#fff4dc;--bad:#a3141f;--badbg:#fdeaea}
    *{box-sizing:border-box}
    html{font:16px/1.45 system-ui,"Segoe UI","DejaVu Sans",Arial,sans-serif;color:var(--ink);background:var(--page)}
    body{margin:0}
    a{color:var(--link)}
    :focus-visible{outline:3px solid #f4b942;outline-offset:2px}
    .skip{position:absolute;left:-999px}
    .skip:focus{left:8px;top:8px;background:#fff;padding:8px;z-index:2}
    .top{display:flex;flex-wrap:wrap;align-items:center;gap:4px 20px;padding:8px 20px;background:var(--brand);color:#fff}
    .top a{color:#fff;text-decoration:none}
    .top nav{display:flex;flex-wrap:wrap;gap:2px}
    .top nav a{padding:7px 12px;border-radius:6px}
    .top nav a:hover,.top a.language:hover{background:#ffffff22}
    .top nav a[aria-current]{background:#fff;color:var(--brand);font-weight:600}
    .brand strong{font-size:1.15rem;margin-right:2px}
    .who{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;margin-left:auto;font-size:.9rem}
    .who .name{line-height:1.2;text-align:right}
    .who small,.who .role{color:#d6e2ee}
    .who small{display:block}
    .who .language{padding:6px 8px;border-radius:6px}
    .who form{display:flex;gap:6px;margin:0}
    main{max-width:70rem;margin:0 auto;padding:20px;outline:none}
    h1{font-size:1.5rem;margin:0 0 12px;line-height:1.2;overflow-wrap:anywhere}
    h1 small{display:block;font-size:.95rem;font-weight:400;color:var(--soft);margin-top:3px}
    h1.key{margin:14px 0 4px}
    h1.key small{margin:0}
    h1.key span{font-family:ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre-wrap;font-size:1.3rem}
    h2{font-size:1.1rem;margin:26px 0 10px}
    p{margin:0 0 8px}
    .box{background:var(--box);border:1px solid var(--line);border-left:5px solid var(--line);border-radius:8px;
    padding:12px 16px;margin:0 0 10px;overflow-wrap:anywhere}
    .box>:last-child{margin-bottom:0}
    .box small{display:block;color:var(--soft)}
    .box>h3:first-child{margin-top:0}.scroll+.box{margin-top:10px}
    .good{border-left-color:var(--good);background:var(--goodbg)}
    .warn{border-left-color:#d79a1e;background:var(--warnbg)}
    .wrong,.alert{border-left-color:var(--bad);background:var(--badbg)}
    .alert strong{color:var(--bad);font-size:1.05rem}
    .alert.stop{border:2px solid var(--bad);border-left-width:8px}
    .alert.watch{border-left-color:#d79a1e;background:var(--warnbg)}
    .alert.watch strong{color:var(--warn)}
    .trouble{color:var(--bad);font-weight:600}
    .help,.facts{color:var(--soft);font-size:.92rem}
    .missing{color:var(--warn);font-weight:600}
    .missing small{display:inline;font-weight:400;color:var(--soft)}
    .code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
    .login{max-width:26rem;margin:6vh auto 0}
    details.box summary{padding:0}
    details.box ul{margin:8px 0 0}
    .search{max-width:46rem;margin:0 auto}
    .box.login,.box.search{padding:22px 26px;border-left-width:1px}
    label{display:block;font-weight:600;margin:10px 0 4px}
    input,textarea,select{font:inherit;color:inherit;width:100%;padding:9px 11px;border:1px solid #7b8996;border-radius:6px;
    background:#fff}
    input+.help,textarea+.help{margin-top:6px}
    button+.help,form+.help{margin-top:14px}
    textarea{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:1.1rem;resize:vertical;display:block}
    button,.button{font:inherit;font-weight:600;color:#fff;background:var(--link);border:1px solid transparent;
    border-radius:6px;padding:9px 18px;cursor:pointer;text-decoration:none;display:inline-block;margin:0}
    .stack>button,.login button{margin-top:12px}
    button:hover,.button:hover{filter:brightness(1.12)}
    button:disabled{opacity:.6;cursor:default}
    button.go{background:var(--good)}
    button.stop{background:var(--bad)}
    button.quiet{background:transparent;border-color:#ffffff88;color:#fff;padding:5px 11px;font-weight:400}
    .who select{width:auto;padding:5px 8px;color:var(--ink)}
    .again .row{display:flex;gap:8px;max-width:34rem}
    .again textarea{height:2.7rem;min-height:2.7rem;resize:none;overflow:hidden;flex:1;min-width:0}
    .titled{display:flex;flex-wrap:wrap;gap:10px;justify-content:space-between;align-items:flex-start}
    .consignment header,.timeline header{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline;margin-bottom:6px}
    .consignment .state{color:var(--soft)}
    .lane{display:inline-block;font-weight:700;font-size:.85rem;padding:2px 10px;border-radius:99px;background:#e3e8ee;
    color:var(--ink);white-space:nowrap}
    .lane.green{background:#cfeedd;color:#0a4f2b}
    .lane.yellow{background:#ffe7a6;color:#5a3a00}
    .lane.red{background:var(--bad);color:#fff}
    summary{cursor:pointer;color:var(--link);font-weight:600;padding:4px 0;width:fit-content}
    ol.timeline,ol.people,ul.fresh,ul.plain{list-style:none;margin:0;padding:0}
    .timeline>li{background:var(--box);border:1px solid var(--line);border-radius:8px;padding:12px 16px;margin-bottom:10px;
    overflow-wrap:anywhere}
    .timeline time{font-variant-numeric:tabular-nums;color:var(--soft)}
    .timeline .origin{background:#e7eef6;border-radius:99px;padding:1px 10px;font-size:.85rem}
    .timeline li.changed{opacity:.75;border-style:dashed}
    .timeline small{color:var(--soft);font-size:.78rem}
    dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:6px 18px;margin:0 0 8px}
    dl>div:has(ol),dl>div:has(pre){grid-column:1/-1}
    dt{font-size:.8rem;color:var(--soft)}
    dd{margin:0;overflow-wrap:anywhere}
    ol.group{margin:0;padding-left:20px}
    .part{display:inline-block;margin-right:14px}
    .part i{font-style:normal;color:var(--soft);font-size:.8rem}
    pre{margin:4px 0;overflow-x:auto;font-family:ui-monospace,"DejaVu Sans Mono",monospace}
    pre.document{background:#fff;border:1px solid var(--line);border-radius:8px;padding:14px;white-space:pre-wrap;
    overflow-wrap:anywhere;font-size:.85rem}
    .decide{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:flex-start;background:#eef4fb;border-radius:6px;
    padding:10px 12px;margin:8px 0}
    .decide p{width:100%;margin:0;font-weight:600}
    .decide form{margin:0}
    .decide details{flex:1;min-width:12rem}
    .decide summary{padding:9px 0}
    .people>li{display:flex;flex-wrap:wrap;gap:10px 24px;justify-content:space-between}
    .people .person{display:flex;flex-direction:column;flex:1;min-width:14rem}
    .people .person strong{font-size:1.1rem}
    .people .decide{flex:1;min-width:16rem;margin:0}
    ul.fresh{display:flex;flex-wrap:wrap;gap:2px 24px;margin-bottom:8px}
    ul.plain li{padding:4px 0;overflow-wrap:anywhere}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;background:#fff;width:100%;font-size:.92rem}
    th,td{text-align:left;vertical-align:top;padding:7px 10px;border-bottom:1px solid var(--line)}
    thead th{background:#e7ecf2;white-space:nowrap}
    th small{display:block;font-weight:400;color:var(--soft)}
    td p{margin:0 0 4px;max-width:24rem}
    td.number{text-align:right;font-variant-numeric:tabular-nums}
    tr.bad>*{background:var(--badbg)}
    @media(max-width:40rem){main{padding:12px}.top{padding:8px 12px}.who{margin-left:0;width:100%}.who .name{text-align:left;
    margin-right:auto}.box.login,.box.search{padding:16px}table.streams thead{position:absolute;left:-9999px}
    table.streams tr{display:block;border:1px solid var(--line);border-radius:8px;margin-bottom:8px;padding:6px 0}
    table.streams th,table.streams td{display:flex;gap:10px;border:0;padding:3px 10px;text-align:left}
    table.streams th{display:block}table.streams td.todo:empty{display:none}table.streams td::before{content:attr(data-label);color:var(--soft);min-width:8.5rem}
    dl{grid-template-columns:1fr 1fr}.top{gap:2px 10px}.who .name{width:100%}.who .role{margin-right:auto}
    .titled h1{margin-bottom:4px}.people .decide{min-width:100%}}
    @media print{.top,.again,.decide{display:none}body{background:#fff}}

    """
}
