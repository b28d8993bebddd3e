/** One directory: its state, its secrets, its people and groups. */
export function DirectoryScreen({ id }: { readonly id: string }) {
  return <div className="screen">{id}</div>
}
