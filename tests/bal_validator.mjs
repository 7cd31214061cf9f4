// The reference BAL validator, as the differential test asks it. With `--communes FILE`, writes its own list of
// communes in the columns of INSEE's. Then, for each file named, prints one JSON line: the profile it guessed,
// whether the file could be taken apart, and for each row it finds wrong the codes of its errors.
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

// The validator asks a public service for the identifier of each commune: the tests stay at home.
globalThis.fetch = async () => ({ ok: false, status: 503, json: async () => ({}), text: async () => '' })
console.error = () => {}
const { validate } = await import('@ban-team/validateur-bal')

const paths = process.argv.slice(2)
if (paths[0] === '--communes') {
  const [, into] = paths.splice(0, 2)
  const communes = createRequire(import.meta.url)('@ban-team/validateur-bal/minicog.json')
  const rows = communes.flatMap(({ code, nom, anciensCodes = [] }) => [
    ['COM', code, nom, ''],
    ...anciensCodes.map((former) => ['COMD', former, former, code])
  ])
  const cell = (text) => `"${text.replaceAll('"', '""')}"`
  await writeFile(into, ['TYPECOM,COM,LIBELLE,COMPARENT', ...rows.map((row) => row.map(cell).join(','))].join('\n'))
}
for (const path of paths) {
  const bytes = await readFile(path)
  const report = await validate(bytes).catch((error) => ({ parseOk: false, error: error.message }))
  const wrong = (report.parseOk ? report.rows : [])
    .filter(({ isValid }) => !isValid)
    .map(({ line, errors }) => [line, [...new Set(errors.filter(({ level }) => level === 'E').map(({ code }) => code))]])
  const file = report.profilErrors?.filter(({ code, level }) => level === 'E' && /^(file|rows|field)\./.test(code))
  console.log(JSON.stringify({
    file: path,
    parseOk: report.parseOk,
    why: report.error ?? report.parseErrors?.[0],
    profile: report.profile,
    encoding: report.encoding,
    rows: report.parseOk ? report.rows.length : 0,
    wrong,
    errors: file?.map(({ code }) => code) ?? []
  }))
}
