/** One organization: its switch for SCIM, its portal link, its directories. */
export function OrganizationScreen({ id }: { readonly id: string }) {
  return <div className="screen">{id}</div>
}
