import Exchange

/// Changes to the table of runs, which decide what the index holds, each with its manifest. Inside a transaction.
enum RunRows {
  static func remove(_ runs: [Run], _ database: Database) throws(StoreError) {
    var manifest = try Manifest(database)
    let gone = try database.statement("DELETE FROM runs WHERE number = ?")
    for run in runs {
      manifest.remove(Run.sum(of: run.encoded(), run.number))
      gone.bind(1, run.number)
      try gone.run()
    }
    try manifest.write(database)
  }

  static func add(_ runs: [Run], _ database: Database) throws(StoreError) {
    var manifest = try Manifest(database)
    let row = try database.statement("INSERT INTO runs(number, data) VALUES(?, ?)")
    for run in runs {
      let data = run.encoded()
      manifest.add(Run.sum(of: data, run.number))
      row.bind(1, run.number)
      try row.run(2, borrowing: data)
    }
    try manifest.write(database)
  }
}
