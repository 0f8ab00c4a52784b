import Exchange

/// Changes to the table of runs, which decide what the index holds. Inside a transaction that writes the manifest.
enum RunRows {
  static func remove(_ runs: [Run], from manifest: inout Manifest, _ database: Database) throws(StoreError) {
    let gone = try database.statement("DELETE FROM runs WHERE number = ?")
    for run in runs {
      manifest.runs.remove(Run.sum(of: run.encoded(), run.number))
      gone.bind(1, run.number)
      try gone.run()
    }
  }

  static func add(_ runs: [Run], to manifest: inout Manifest, _ database: Database) throws(StoreError) {
    let row = try database.statement("INSERT INTO runs(number, data) VALUES(?, ?)")
    for run in runs {
      let data = run.encoded()
      manifest.runs.add(Run.sum(of: data, run.number))
      row.bind(1, run.number)
      try row.run(2, borrowing: data)
    }
  }
}
