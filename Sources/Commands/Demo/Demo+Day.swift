import Catalog
import Terms
import Traffic

// A whole regional day, as quick as the nodes go.
extension Demo {
  /// Records that are handed to the nodes at a time.
  private static let portion = 4000
  /// Seconds for the nodes to hand everything on: far more than a slow machine needs.
  private static let patience = 1800

  /// What a check needs beside the homes: the generator's files, and under which id each record was accepted.
  var dayFolder: String { folder.file("day") }

  /// What a statistician asks first.
  private static let shown = ["crossing-time", "advance-declarations", "one-stop-migration", "read-rate"]

  /// A few of the figures that one of the nodes computes of the day.
  private func showIndicators(since day: CalendarDay) throws {
    guard let country = countries.first else { return }
    let lines = try json(["indicators", "--since", "\(day)"], at: country)
    var table = Table(["indicator of \(country)", "of", "statistic", "value", "unit", "cases"])
    for line in lines where line["crossing"] == nil && Self.shown.contains(line.text("indicator")) {
      table.add([
        line.text("indicator"), line["dimension"]?.string ?? "", line.text("statistic"), line.text("value"),
        line.text("unit"), line.text("sample"),
      ])
    }
    show(table.text)
  }

  func publishDay(scale: Double, seed: UInt64) throws {
    let day = TrafficPlan.yesterday(clock.now(), days: 1)
    heading("A regional day: \(day), scale \(scale), seed \(seed)")
    let files = try TrafficFiles(dayFolder, topology)
    let ids = try LineFile("\(dayFolder)/ids.ndjson")
    let began = ContinuousClock.now
    var portion: [TrafficRecord] = []
    var count = 0
    func send() throws {
      try interruption.check()
      for entry in try publisher.publish(portion) {
        try ids.add(["reference": .text(entry.record.reference), "id": .text(entry.id.description)])
        count += 1
      }
      portion = []
      console.progress("published \(count)")
    }
    let plan = TrafficPlan(firstDay: day, scale: scale, seed: seed, isCovering: true)
    var generator = TrafficGenerator(topology, plan, keepsTruths: true)
    while let record = generator.next() {
      try files.add(generator.takeTruths())
      try files.add(record)
      portion.append(record)
      if portion.count == Self.portion { try send() }
    }
    try send()
    try files.close()
    try ids.close()
    console.endProgress()
    show("\(count) records published and durable at their origins after \(Self.seconds(since: began))")
    try settle(seconds: Self.patience)
    show("all at their recipients, with signed receipts, after \(Self.seconds(since: began))")
    show("ledger, lines and what really happened: \(dayFolder)")
    try showIndicators(since: day)
  }
}
