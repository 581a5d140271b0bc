/** «Biên bản» as a draft: to read out, to copy from, or to print where there is a printer. The console has the same. */

import type { JSX } from "preact";
import type { Noted } from "../core/types.ts";
import { Button, StepHead } from "../parts/controls.tsx";
import { useHiding } from "../parts/hiding.ts";
import { EyeIcon } from "../parts/icons.tsx";
import { dongText, type Legal, type Sanction, type ViolationWord } from "../parts/offences.ts";
import { plateText } from "../parts/plate_text.ts";
import { officerName } from "../parts/shift_words.ts";
import { momentText } from "../parts/time.ts";
import { useUi } from "../parts/ui.ts";

export interface Offender {
  name: string;
  id_number: string;
  birth_date: string;
  address: string;
  phone: string;
}

export const NOBODY: Offender = { name: "", id_number: "", birth_date: "", address: "", phone: "" };

export interface Report {
  time_ms: number;
  officer: string;
  what: ViolationWord;
  legal: Legal | null;
  action: Sanction;
  amount_vnd: number | null;
  plate: string;
  who: Offender;
  note: string;
  said: string;
}

export function reportOf({ time_ms, officer, values, person }: Noted): Report {
  const text = (one: unknown): string => (typeof one === "string" ? one : "");
  return {
    time_ms,
    officer,
    what: values["what"] as ViolationWord,
    legal: (values["legal"] as Legal | null | undefined) ?? null,
    action: values["action"] as Sanction,
    amount_vnd: typeof values["amount_vnd"] === "number" ? values["amount_vnd"] : null,
    plate: text((values["plate"] as { normal?: string } | null | undefined)?.normal),
    who: { ...NOBODY, ...(person?.["who"] as Partial<Offender> | undefined) },
    note: text(person?.["note"]),
    said: text(person?.["said"]),
  };
}

const BLANK = "……………………………";

/** In Vietnamese whatever the tablet speaks: it is a paper of the state. */
export function ViolationReport({ report, back }: { report: Report; back(): void }): JSX.Element {
  const { core, state, texts } = useUi();
  const words = texts.violation;
  const [hidden, show] = useHiding();
  const { who, legal } = report;
  const line = (name: string, value: string): JSX.Element => (
    <p>
      {name}: <strong>{value === "" ? BLANK : value}</strong>
    </p>
  );
  return (
    <main class="screen team">
      <StepHead title={words.report} back={back} />
      {/* Nothing in it can be focused, so it is itself: keys scroll it. */}
      <div class="team-body" tabIndex={0} role="region" aria-label={words.report}>
        <article class="report" lang="vi">
          <header>
            <p>{state.checkpoint?.name}</p>
            <p>
              <strong>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</strong>
              <br />
              Độc lập – Tự do – Hạnh phúc
            </p>
          </header>
          <h2>BIÊN BẢN (BẢN NHÁP)</h2>
          <p class="report-about">Về việc: {words.whats_vi[report.what] ?? report.what}</p>
          {line("Lập lúc", momentText(report.time_ms))}
          {line("Tại", [state.checkpoint?.name ?? "", state.checkpoint?.road ?? ""].filter((one) => one !== "").join(", "))}
          {line("Người lập", officerName(core, report.officer))}
          <h3>1. Người vi phạm</h3>
          {hidden ? (
            <Button onPress={show}>
              <EyeIcon />
              <span>{texts.person.show}</span>
            </Button>
          ) : (
            <>
              {line("Họ tên", who.name)}
              {line("Sinh", who.birth_date)}
              {line("Số giấy tờ", who.id_number)}
              {line("Nơi ở", who.address)}
              {line("Điện thoại", who.phone)}
            </>
          )}
          {report.plate !== "" && line("Biển số xe", plateText(report.plate))}
          <h3>2. Hành vi</h3>
          <p>
            <strong>{words.whats_vi[report.what] ?? report.what}</strong>
            {report.note !== "" && `. ${report.note}`}
          </p>
          {line("Căn cứ", legal === null ? "" : `${legal.document}, ${legal.clause}${legal.unconfirmed === false ? "" : " (chưa đối chiếu văn bản)"}`)}
          <h3>3. Ý kiến của người vi phạm</h3>
          <p>{report.said === "" ? BLANK : report.said}</p>
          <h3>4. Xử lý</h3>
          <p>
            <strong>{words.actions_vi[report.action] ?? report.action}</strong>
            {report.amount_vnd !== null && `: ${dongText(report.amount_vnd)}`}
          </p>
          <footer>
            <p>
              Người vi phạm
              <br />
              <small>(ký, ghi rõ họ tên)</small>
            </p>
            <p>
              Người chứng kiến
              <br />
              <small>(ký, ghi rõ họ tên)</small>
            </p>
            <p>
              Người lập biên bản
              <br />
              <small>(ký, ghi rõ họ tên)</small>
            </p>
          </footer>
        </article>
      </div>
      <footer class="team-foot noted-foot">
        <Button class="wide" onPress={() => window.print()}>
          {words.print}
        </Button>
      </footer>
    </main>
  );
}
