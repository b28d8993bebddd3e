import fc from 'fast-check'

// So that what fails in CI fails again, there and elsewhere. By hand, each run tries other cases.
if (process.env.CI) fc.configureGlobal({ seed: 20_260_101 })
