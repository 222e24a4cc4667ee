import ArgumentParser
import Commands

ZVM.main()
