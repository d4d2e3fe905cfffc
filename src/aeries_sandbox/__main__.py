from aeries_sandbox.cli import main

main()
