import type { CatalogImage } from './catalog.ts';

/** The freshness grade that holds at `now`: the newest one that has begun and has not ended. */
export function gradeOf(image: CatalogImage, now: number): string {
  const holding = (image.freshness_grades ?? [])
    .filter(({ start_date, end_date }) => {
      const ended = end_date == null ? Infinity : Date.parse(end_date);
      return Date.parse(start_date) <= now && now < ended;
    })
    .sort((a, b) => Date.parse(b.start_date) - Date.parse(a.start_date));
  return holding[0]?.grade ?? 'Unknown';
}

export function isHealthy(grade: string): boolean {
  return grade === 'A' || grade === 'B';
}
