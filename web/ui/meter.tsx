/** A share between nothing and full; the words for it stand beside it. */
export function Meter({ share }: { readonly share: number }) {
  const percent = Math.max(0, Math.min(100, share * 100));
  return (
    <div aria-hidden="true" className="h-1.5 w-full overflow-hidden rounded-full bg-sunken">
      <div className="h-full rounded-full bg-accent-fill transition-[width]" style={{ width: `${percent}%` }} />
    </div>
  );
}
