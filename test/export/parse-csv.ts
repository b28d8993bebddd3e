/** A CSV file as RFC 4180 has it, by nothing that wrote it: one record for each row, by column. */
export function parseCsv(text: string): Record<string, string>[] {
  const records: string[][] = []
  let record: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (isQuoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') {
        cell += '"'
        at += 1
      } else isQuoted = false
    } else if (character === '"' && cell === '') isQuoted = true
    else if (character === ',' || character === '\n') {
      record.push(cell)
      cell = ''
      if (character === '\n') {
        records.push(record)
        record = []
      }
    } else cell += character
  }
  if (isQuoted || cell !== '' || record.length > 0) throw new Error('the last record is not whole')
  const [header = [], ...rows] = records
  return rows.map(row => {
    if (row.length !== header.length) throw new Error(`a record of ${row.length} cells`)
    return Object.fromEntries(header.map((column, index) => [column, row[index] ?? '']))
  })
}
