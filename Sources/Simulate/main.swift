import Simulator

Simulate.main()
