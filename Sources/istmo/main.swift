import Commands

Istmo.main()
