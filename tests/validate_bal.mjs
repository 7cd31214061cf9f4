// Runs the reference BAL validator on the files named on the command line and prints one JSON
// line per file: profile, validity, rows, and how often each error or warning occurs.
// Exits with 1 when a file is not valid.
import { readFile } from 'node:fs/promises'

// The validator asks a public service for the identifier of each commune: the tests stay at home.
globalThis.fetch = async () => ({ ok: false, status: 503, json: async () => ({}), text: async () => '' })
const { validate } = await import('@ban-team/validateur-bal')

let invalid = 0
for (const path of process.argv.slice(2)) {
  const bytes = await readFile(path)
  const profile = bytes.subarray(0, 300).includes('id_ban_commune') ? '1.4' : '1.3'
  const report = await validate(bytes, { profile })
  const verdict = report.profilesValidation?.[profile]
  const counts = { E: {}, W: {}, I: {} }
  const add = ({ code, level }) => { counts[level][code] = (counts[level][code] ?? 0) + 1 }
  for (const row of report.rows ?? []) row.errors?.forEach(add)
  // What concerns the file and not a row; `globalErrors` also names the columns of other profiles.
  report.profilErrors?.filter(({ code }) => !code.startsWith('row.')).forEach(add)
  const valid = Boolean(report.parseOk && verdict?.isValid) && Object.keys(counts.E).length === 0
  if (!valid) invalid += 1
  console.log(JSON.stringify({ file: path, profile, valid, rows: report.rows?.length ?? 0, errors: counts.E, warnings: counts.W, infos: counts.I }))
}
process.exitCode = invalid === 0 ? 0 : 1
