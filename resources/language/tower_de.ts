<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
 <context>
  <name>views</name>
  <message>
   <source>  ·  gap {percent}</source>
   <translation>  ·  Lücke {percent}</translation>
  </message>
  <message>
   <source>  ·  tier {tier}</source>
   <translation>  ·  Stufe {tier}</translation>
  </message>
  <message>
   <source>  ·  {count} on a usual day</source>
   <translation>  ·  {count} an üblichen Tagen</translation>
  </message>
  <message>
   <source> (chosen)</source>
   <translation> (gewählt)</translation>
  </message>
  <message>
   <source> (recommended)</source>
   <translation> (empfohlen)</translation>
  </message>
  <message>
   <source> days</source>
   <translation> Tage</translation>
  </message>
  <message>
   <source>+{count} opened</source>
   <translation>+{count} eröffnet</translation>
  </message>
  <message>
   <source>+{value} more</source>
   <translation>+{value} mehr</translation>
  </message>
  <message>
   <source>, changed since it was saved</source>
   <translation>, seit dem Sichern geändert</translation>
  </message>
  <message>
   <source>, {count} open now</source>
   <translation>, {count} jetzt offen</translation>
  </message>
  <message>
   <source>, {value} % with those above</source>
   <translation>, {value} % mit den oberen</translation>
  </message>
  <message>
   <source>... and {count} bytes more</source>
   <translation>… und {count} Bytes mehr</translation>
  </message>
  <message>
   <source>1 booking</source>
   <translation>1 Buchung</translation>
  </message>
  <message>
   <source>1 case</source>
   <translation>1 Fall</translation>
  </message>
  <message>
   <source>1 change</source>
   <translation>1 Änderung</translation>
  </message>
  <message>
   <source>1 cluster</source>
   <translation>1 Gruppe</translation>
  </message>
  <message>
   <source>1 customer</source>
   <translation>1 Kunde</translation>
  </message>
  <message>
   <source>1 day</source>
   <translation>1 Tag</translation>
  </message>
  <message>
   <source>1 device</source>
   <translation>1 Gerät</translation>
  </message>
  <message>
   <source>1 hour</source>
   <translation>1 Stunde</translation>
  </message>
  <message>
   <source>1 lane</source>
   <translation>1 Strecke</translation>
  </message>
  <message>
   <source>1 late order</source>
   <translation>1 später Auftrag</translation>
  </message>
  <message>
   <source>1 line</source>
   <translation>1 Position</translation>
  </message>
  <message>
   <source>1 new one</source>
   <translation>1 neue</translation>
  </message>
  <message>
   <source>1 open order line</source>
   <translation>1 offene Auftragszeile</translation>
  </message>
  <message>
   <source>1 order</source>
   <translation>1 Auftrag</translation>
  </message>
  <message>
   <source>1 page</source>
   <translation>1 Seite</translation>
  </message>
  <message>
   <source>1 problem</source>
   <translation>1 Fehler</translation>
  </message>
  <message>
   <source>1 proposal</source>
   <translation>1 Vorschlag</translation>
  </message>
  <message>
   <source>1 record</source>
   <translation>1 Datensatz</translation>
  </message>
  <message>
   <source>1 row</source>
   <translation>1 Zeile</translation>
  </message>
  <message>
   <source>1 source</source>
   <translation>1 Quelle</translation>
  </message>
  <message>
   <source>1 time</source>
   <translation>1 Mal</translation>
  </message>
  <message>
   <source>1 to 3 days old</source>
   <translation>1 bis 3 Tage alt</translation>
  </message>
  <message>
   <source>1 to 4 hours old</source>
   <translation>1 bis 4 Stunden alt</translation>
  </message>
  <message>
   <source>1 week</source>
   <translation>1 Woche</translation>
  </message>
  <message>
   <source>3 days</source>
   <translation>3 Tage</translation>
  </message>
  <message>
   <source>3 to 7 days old</source>
   <translation>3 bis 7 Tage alt</translation>
  </message>
  <message>
   <source>30 minutes</source>
   <translation>30 Minuten</translation>
  </message>
  <message>
   <source>4 hours</source>
   <translation>4 Stunden</translation>
  </message>
  <message>
   <source>4 to 8 hours old</source>
   <translation>4 bis 8 Stunden alt</translation>
  </message>
  <message>
   <source>8 to 24 hours old</source>
   <translation>8 bis 24 Stunden alt</translation>
  </message>
  <message>
   <source>A Tryton server, a connector service, or a folder for EDI, CSV and XLSX files.</source>
   <translation>Ein Tryton-Server, ein Konnektor-Dienst oder ein Ordner für EDI, CSV und XLSX.</translation>
  </message>
  <message>
   <source>A draft changes nothing. Decision rights hold after the file lies in the profile's folder and the program was started again; let whoever answers for them sign the draft first.</source>
   <translation>Ein Entwurf ändert nichts. Entscheidungsrechte gelten, wenn die Datei im Ordner des Profils liegt und das Programm neu gestartet ist; lassen Sie den Entwurf erst signieren.</translation>
  </message>
  <message>
   <source>A draft changes nothing. Name a folder for policies in the profile under [policies]; then a copy can be sent for signature here.</source>
   <translation>Ein Entwurf ändert nichts. Nennen Sie im Profil unter [policies] einen Ordner für Regelwerke; dann kann eine Kopie hier zur Signatur gehen.</translation>
  </message>
  <message>
   <source>A draft changes nothing. Sent for signature, a copy with a higher version comes into force, in {place}, when another person whose right it is has approved it; if it cannot be used by then, what holds stays.</source>
   <translation>Ein Entwurf ändert nichts. Zur Signatur geschickt, gilt eine Kopie mit höherer Version, in {place}, sobald eine andere Person, die es darf, sie freigegeben hat; ist sie dann nicht brauchbar, gilt weiter, was gilt.</translation>
  </message>
  <message>
   <source>A name has at most {value} letters.</source>
   <translation>Ein Name hat höchstens {value} Zeichen.</translation>
  </message>
  <message>
   <source>A newer text was refused: {problem}</source>
   <translation>Ein neuerer Text wurde verweigert: {problem}</translation>
  </message>
  <message>
   <source>A proposal for this case already waits.</source>
   <translation>Ein Vorschlag für diesen Fall wartet schon.</translation>
  </message>
  <message>
   <source>A rehearsal is running.</source>
   <translation>Eine Probe läuft.</translation>
  </message>
  <message>
   <source>A term of the total cost.</source>
   <translation>Ein Teil der Gesamtkosten.</translation>
  </message>
  <message>
   <source>A view needs a name.</source>
   <translation>Eine Ansicht braucht einen Namen.</translation>
  </message>
  <message>
   <source>About</source>
   <translation>Über</translation>
  </message>
  <message>
   <source>Acknowledge</source>
   <translation>Als gesehen melden</translation>
  </message>
  <message>
   <source>Acknowledge (E)</source>
   <translation>Gesehen (E)</translation>
  </message>
  <message>
   <source>Acknowledge the case</source>
   <translation>Fall als gesehen melden</translation>
  </message>
  <message>
   <source>Action</source>
   <translation>Maßnahme</translation>
  </message>
  <message>
   <source>Add a note …  Enter keeps it</source>
   <translation>Notiz …  Enter behält sie</translation>
  </message>
  <message>
   <source>Add the change</source>
   <translation>Änderung hinzufügen</translation>
  </message>
  <message>
   <source>Address, for example http://127.0.0.1:8000</source>
   <translation>Adresse, zum Beispiel http://127.0.0.1:8000</translation>
  </message>
  <message>
   <source>Address, for example http://127.0.0.1:8470/erp</source>
   <translation>Adresse, zum Beispiel http://127.0.0.1:8470/erp</translation>
  </message>
  <message>
   <source>Age of what is open</source>
   <translation>Alter des Offenen</translation>
  </message>
  <message>
   <source>All</source>
   <translation>Alle</translation>
  </message>
  <message>
   <source>All entries</source>
   <translation>Alle Einträge</translation>
  </message>
  <message>
   <source>All events</source>
   <translation>Alle Ereignisse</translation>
  </message>
  <message>
   <source>All severities</source>
   <translation>Jede Schwere</translation>
  </message>
  <message>
   <source>All zones</source>
   <translation>Alle Zonen</translation>
  </message>
  <message>
   <source>Also hit: {why}</source>
   <translation>Auch betroffen: {why}</translation>
  </message>
  <message>
   <source>Alternatives</source>
   <translation>Alternativen</translation>
  </message>
  <message>
   <source>Amount of the proposal</source>
   <translation>Betrag des Vorschlags</translation>
  </message>
  <message>
   <source>An invented distributor with twelve warehouses runs here. Nothing of yours is touched.</source>
   <translation>Ein erfundener Großhändler mit zwölf Lagern läuft hier. Nichts von Ihnen wird berührt.</translation>
  </message>
  <message>
   <source>An order, a node and a day each.</source>
   <translation>Je Auftrag, Standort und Tag.</translation>
  </message>
  <message>
   <source>Another change</source>
   <translation>Weitere Änderung</translation>
  </message>
  <message>
   <source>Another file …</source>
   <translation>Andere Datei …</translation>
  </message>
  <message>
   <source>Any age</source>
   <translation>Jedes Alter</translation>
  </message>
  <message>
   <source>Appearance</source>
   <translation>Aussehen</translation>
  </message>
  <message>
   <source>Approval</source>
   <translation>Freigabe</translation>
  </message>
  <message>
   <source>Approvals</source>
   <translation>Freigaben</translation>
  </message>
  <message>
   <source>Approve</source>
   <translation>Freigabe</translation>
  </message>
  <message>
   <source>Approve and sign</source>
   <translation>Freigeben</translation>
  </message>
  <message>
   <source>Approve and sign {number}</source>
   <translation>{number} freigeben und signieren</translation>
  </message>
  <message>
   <source>Approve several proposals</source>
   <translation>Mehrere Vorschläge freigeben</translation>
  </message>
  <message>
   <source>Approve several …</source>
   <translation>Mehrere freigeben …</translation>
  </message>
  <message>
   <source>Approves</source>
   <translation>Gibt frei</translation>
  </message>
  <message>
   <source>As it came</source>
   <translation>Wie er kam</translation>
  </message>
  <message>
   <source>Ask for changes</source>
   <translation>Änderungen</translation>
  </message>
  <message>
   <source>Asking {source} …</source>
   <translation>{source} wird gefragt …</translation>
  </message>
  <message>
   <source>Assign</source>
   <translation>Zuweisen</translation>
  </message>
  <message>
   <source>Assign (A)</source>
   <translation>Zuweisen (A)</translation>
  </message>
  <message>
   <source>Assign all marked cases</source>
   <translation>Alle markierten Fälle zuweisen</translation>
  </message>
  <message>
   <source>Assign the case</source>
   <translation>Fall zuweisen</translation>
  </message>
  <message>
   <source>Assign to</source>
   <translation>Zuweisen an</translation>
  </message>
  <message>
   <source>Assumed, not known: {value}.</source>
   <translation>Angenommen, nicht bekannt: {value}.</translation>
  </message>
  <message>
   <source>At</source>
   <translation>Zu</translation>
  </message>
  <message>
   <source>At least, and gap</source>
   <translation>Mindestens, und Lücke</translation>
  </message>
  <message>
   <source>At most</source>
   <translation>Höchstens</translation>
  </message>
  <message>
   <source>At most in 24 hours</source>
   <translation>Höchstens in 24 Stunden</translation>
  </message>
  <message>
   <source>Awaiting approval</source>
   <translation>Warten auf Freigabe</translation>
  </message>
  <message>
   <source>Back</source>
   <translation>Zurück</translation>
  </message>
  <message>
   <source>Back to the proposals</source>
   <translation>Zurück zu den Vorschlägen</translation>
  </message>
  <message>
   <source>Backorder units</source>
   <translation>Rückstand in Stück</translation>
  </message>
  <message>
   <source>Baseline</source>
   <translation>Ist-Stand</translation>
  </message>
  <message>
   <source>Beginning</source>
   <translation>Beginn</translation>
  </message>
  <message>
   <source>Best option</source>
   <translation>Beste Option</translation>
  </message>
  <message>
   <source>Bill</source>
   <translation>Rechnung</translation>
  </message>
  <message>
   <source>Bookings to make anew</source>
   <translation>Neu zu buchen</translation>
  </message>
  <message>
   <source>By</source>
   <translation>Um</translation>
  </message>
  <message>
   <source>By how much</source>
   <translation>Um wie viel</translation>
  </message>
  <message>
   <source>By incident</source>
   <translation>Vorfälle</translation>
  </message>
  <message>
   <source>By shipment and by weight.</source>
   <translation>Nach Sendung und nach Gewicht.</translation>
  </message>
  <message>
   <source>Call it a false positive …</source>
   <translation>Als Fehlalarm melden …</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Cancel {title}</source>
   <translation>{title} abbrechen</translation>
  </message>
  <message>
   <source>Cancel: {title}{share}</source>
   <translation>Abbrechen: {title}{share}</translation>
  </message>
  <message>
   <source>Carrier {subject} lost {lasts}</source>
   <translation>Frachtführer {subject} fällt {lasts} aus</translation>
  </message>
  <message>
   <source>Case</source>
   <translation>Fall</translation>
  </message>
  <message>
   <source>Cases behind the chosen bar</source>
   <translation>Fälle hinter dem gewählten Balken</translation>
  </message>
  <message>
   <source>Cases by the day on which their present or last episode was opened. A case that was cleared and came back counts on the day it came back. Held-back cases are left out.</source>
   <translation>Fälle nach dem Tag, an dem ihre jetzige oder letzte Episode begann. Ein Fall, der wegfiel und wiederkam, zählt am Tag der Wiederkehr. Gehaltene Fälle zählen nicht.</translation>
  </message>
  <message>
   <source>Cases of four weeks</source>
   <translation>Fälle aus vier Wochen</translation>
  </message>
  <message>
   <source>Cases open at even steps of up to two days: opened by then and not yet closed. An earlier episode of a case that came back is not counted.</source>
   <translation>Offene Fälle in gleichen Schritten über bis zu zwei Tage: bis dahin eröffnet und nicht geschlossen. Frühere Episoden zählen nicht.</translation>
  </message>
  <message>
   <source>Cases opened in the last four weeks by the weekday and the hour at the site.</source>
   <translation>In den letzten vier Wochen eröffnete Fälle nach Wochentag und Stunde am Standort.</translation>
  </message>
  <message>
   <source>Cases under this key are taken for one cause.</source>
   <translation>Fälle mit diesem Schlüssel gelten als eine Ursache.</translation>
  </message>
  <message>
   <source>Change a customer's priority</source>
   <translation>Priorität eines Kunden ändern</translation>
  </message>
  <message>
   <source>Change the world and see what the plan would be.

Make a scenario at the left: close a node, lose a carrier or a lane, let demand surge, delay a supply, weigh a customer or change a policy. Then solve: the open backlog of now is planned as it is and under each scenario, side by side.</source>
   <translation>Ändern Sie die Welt und sehen Sie, wie der Plan wäre.

Legen Sie links ein Szenario an: einen Standort schließen, einen Frachtführer oder eine Strecke verlieren, mehr Nachfrage, späterer Nachschub, ein Kunde mit mehr Gewicht, eine andere Regel. Dann berechnen: Der offene Auftragsbestand von jetzt wird geplant, wie er ist und unter jedem Szenario, nebeneinander.</translation>
  </message>
  <message>
   <source>Changed since it was proposed: {records}. Have it proposed again.</source>
   <translation>Seit dem Vorschlag geändert: {records}. Bitte neu vorschlagen lassen.</translation>
  </message>
  <message>
   <source>Changes of the scenario</source>
   <translation>Änderungen des Szenarios</translation>
  </message>
  <message>
   <source>Changing nodes costs {number} % of what it does</source>
   <translation>Standortwechsel kostet {number} % von jetzt</translation>
  </message>
  <message>
   <source>Checking …</source>
   <translation>Wird geprüft …</translation>
  </message>
  <message>
   <source>Choose a bar or a point to see the cases behind it.</source>
   <translation>Einen Balken oder Punkt wählen, um die Fälle dahinter zu sehen.</translation>
  </message>
  <message>
   <source>Choose a file …</source>
   <translation>Datei wählen …</translation>
  </message>
  <message>
   <source>Choose a line to see why it goes this way, and what would change it.</source>
   <translation>Wählen Sie eine Position, um zu sehen, warum sie so geht und was das änderte.</translation>
  </message>
  <message>
   <source>Choose a record to see it as it came.</source>
   <translation>Einen Satz wählen, um ihn zu sehen, wie er kam.</translation>
  </message>
  <message>
   <source>Chosen option: {label}</source>
   <translation>Gewählte Option: {label}</translation>
  </message>
  <message>
   <source>Clear</source>
   <translation>Aufheben</translation>
  </message>
  <message>
   <source>Cleared</source>
   <translation>Weggefallen</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Close a node</source>
   <translation>Standort schließen</translation>
  </message>
  <message>
   <source>Close the help (Esc)</source>
   <translation>Hilfe schließen (Esc)</translation>
  </message>
  <message>
   <source>Close the panel</source>
   <translation>Feld schließen</translation>
  </message>
  <message>
   <source>Close the panel (Esc)</source>
   <translation>Feld schließen (Esc)</translation>
  </message>
  <message>
   <source>Closed</source>
   <translation>Geschlossen</translation>
  </message>
  <message>
   <source>Closed on {day:%a} {value}</source>
   <translation>Geschlossen am {value}</translation>
  </message>
  <message>
   <source>Code</source>
   <translation>Code</translation>
  </message>
  <message>
   <source>Code to compare</source>
   <translation>Code zum Vergleich</translation>
  </message>
  <message>
   <source>Column for {field}</source>
   <translation>Spalte für {field}</translation>
  </message>
  <message>
   <source>Columns</source>
   <translation>Spalten</translation>
  </message>
  <message>
   <source>Comma-separated (*.csv)</source>
   <translation>Kommagetrennt (*.csv)</translation>
  </message>
  <message>
   <source>Compact</source>
   <translation>Eng</translation>
  </message>
  <message>
   <source>Complete</source>
   <translation>Vollständig</translation>
  </message>
  <message>
   <source>Conditions</source>
   <translation>Bedingungen</translation>
  </message>
  <message>
   <source>Connect a system</source>
   <translation>Ein System anbinden</translation>
  </message>
  <message>
   <source>Connect …</source>
   <translation>Anbinden …</translation>
  </message>
  <message>
   <source>Connector service</source>
   <translation>Konnektor-Dienst</translation>
  </message>
  <message>
   <source>Contract penalty</source>
   <translation>Vertragsstrafe</translation>
  </message>
  <message>
   <source>Copy diagnostics</source>
   <translation>Diagnose kopieren</translation>
  </message>
  <message>
   <source>Copy the scenario</source>
   <translation>Szenario kopieren</translation>
  </message>
  <message>
   <source>Copy “{shown}” to share it</source>
   <translation>„{shown}“ zum Teilen kopieren</translation>
  </message>
  <message>
   <source>Cost delta</source>
   <translation>Kosten</translation>
  </message>
  <message>
   <source>Cost of acting</source>
   <translation>Kosten des Handelns</translation>
  </message>
  <message>
   <source>Cost of the best option</source>
   <translation>Kosten der besten Option</translation>
  </message>
  <message>
   <source>Costs as much as the runner-up, {other}.</source>
   <translation>Kostet so viel wie die zweite Wahl, {other}.</translation>
  </message>
  <message>
   <source>Costs {money} more than {other}.</source>
   <translation>Kostet {money} mehr als {other}.</translation>
  </message>
  <message>
   <source>Counted but {listed} (H)</source>
   <translation>Gezählt, aber {listed} (H)</translation>
  </message>
  <message>
   <source>Counted for</source>
   <translation>Gezählt für</translation>
  </message>
  <message>
   <source>Credential</source>
   <translation>Zugangsdaten</translation>
  </message>
  <message>
   <source>Credentials are kept in: {place}</source>
   <translation>Zugangsdaten liegen in: {place}</translation>
  </message>
  <message>
   <source>Critical</source>
   <translation>Kritisch</translation>
  </message>
  <message>
   <source>Critical and high</source>
   <translation>Kritisch und hoch</translation>
  </message>
  <message>
   <source>Critical only</source>
   <translation>Nur kritische</translation>
  </message>
  <message>
   <source>Customer</source>
   <translation>Kunde</translation>
  </message>
  <message>
   <source>Customers who leave</source>
   <translation>Kunden, die gehen</translation>
  </message>
  <message>
   <source>Dark</source>
   <translation>Dunkel</translation>
  </message>
  <message>
   <source>Data age</source>
   <translation>Alter der Daten</translation>
  </message>
  <message>
   <source>Data that ships with the program</source>
   <translation>Mitgelieferte Daten</translation>
  </message>
  <message>
   <source>Database</source>
   <translation>Datenbank</translation>
  </message>
  <message>
   <source>Decided</source>
   <translation>Entschieden</translation>
  </message>
  <message>
   <source>Decided by</source>
   <translation>Entschieden von</translation>
  </message>
  <message>
   <source>Decision</source>
   <translation>Entscheidung</translation>
  </message>
  <message>
   <source>Decision rights</source>
   <translation>Entscheidungsrechte</translation>
  </message>
  <message>
   <source>Decision rights are signed by the trust root: save a draft and have it signed there.</source>
   <translation>Entscheidungsrechte signiert die Vertrauenswurzel: speichern Sie einen Entwurf und lassen Sie ihn dort signieren.</translation>
  </message>
  <message>
   <source>Decision rights open and close no cases: there is nothing to rehearse.</source>
   <translation>Entscheidungsrechte öffnen und schließen keine Fälle: nichts zu proben.</translation>
  </message>
  <message>
   <source>Delay a supply</source>
   <translation>Nachschub verzögern</translation>
  </message>
  <message>
   <source>Delegate the right to decide</source>
   <translation>Das Recht zu entscheiden übertragen</translation>
  </message>
  <message>
   <source>Delegate …</source>
   <translation>Vertreten …</translation>
  </message>
  <message>
   <source>Delete the scenario</source>
   <translation>Szenario löschen</translation>
  </message>
  <message>
   <source>Delete “{shown}”</source>
   <translation>„{shown}“ löschen</translation>
  </message>
  <message>
   <source>Demand surge</source>
   <translation>Mehr Nachfrage</translation>
  </message>
  <message>
   <source>Detect everything with the copy, on a copy of the mirror</source>
   <translation>Alles mit der Kopie erkennen, auf einer Kopie des Spiegels</translation>
  </message>
  <message>
   <source>Detected</source>
   <translation>Erkannt</translation>
  </message>
  <message>
   <source>Diagnostics are being read; they are copied in a moment.</source>
   <translation>Die Diagnose wird gelesen; gleich ist sie kopiert.</translation>
  </message>
  <message>
   <source>Diagnostics copied: {lines} lines of versions, states and counts.</source>
   <translation>Diagnose kopiert: {lines} Zeilen Versionen, Zustände und Zahlen.</translation>
  </message>
  <message>
   <source>Digest</source>
   <translation>Prüfsumme</translation>
  </message>
  <message>
   <source>Discard</source>
   <translation>Verwerfen</translation>
  </message>
  <message>
   <source>Dismiss</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Dispute</source>
   <translation>Streitfall</translation>
  </message>
  <message>
   <source>Document (*.pdf)</source>
   <translation>Dokument (*.pdf)</translation>
  </message>
  <message>
   <source>Doing nothing needs no approval.</source>
   <translation>Nichts zu tun braucht keine Freigabe.</translation>
  </message>
  <message>
   <source>Doing {cases} …</source>
   <translation>{cases} in Arbeit …</translation>
  </message>
  <message>
   <source>Done with {cases}.</source>
   <translation>{cases} erledigt.</translation>
  </message>
  <message>
   <source>Down</source>
   <translation>Gestört</translation>
  </message>
  <message>
   <source>EDI drop folder (X12, EDIFACT)</source>
   <translation>EDI-Ordner (X12, EDIFACT)</translation>
  </message>
  <message>
   <source>Each is checked again and signed by itself; one that fails is named.</source>
   <translation>Jeder wird neu geprüft und einzeln signiert; was scheitert, wird genannt.</translation>
  </message>
  <message>
   <source>Edit a copy</source>
   <translation>Kopie bearbeiten</translation>
  </message>
  <message>
   <source>Edited copy of the policy</source>
   <translation>Bearbeitete Kopie der Regeln</translation>
  </message>
  <message>
   <source>Ending</source>
   <translation>Abschluss</translation>
  </message>
  <message>
   <source>Entries of the ledger</source>
   <translation>Einträge des Hauptbuchs</translation>
  </message>
  <message>
   <source>Entry of the key</source>
   <translation>Eintrag des Schlüssels</translation>
  </message>
  <message>
   <source>Events</source>
   <translation>Ereignisse</translation>
  </message>
  <message>
   <source>Every order ships complete</source>
   <translation>Jeder Auftrag geht vollständig</translation>
  </message>
  <message>
   <source>Every record was understood.</source>
   <translation>Jeder Satz wurde verstanden.</translation>
  </message>
  <message>
   <source>Evidence</source>
   <translation>Belege</translation>
  </message>
  <message>
   <source>Evidence of the case</source>
   <translation>Belege des Falls</translation>
  </message>
  <message>
   <source>Exception</source>
   <translation>Ausnahme</translation>
  </message>
  <message>
   <source>Exception map</source>
   <translation>Karte der Ausnahmen</translation>
  </message>
  <message>
   <source>Exception {case_id}: {title}</source>
   <translation>Ausnahme {case_id}: {title}</translation>
  </message>
  <message>
   <source>Exceptions</source>
   <translation>Ausnahmen</translation>
  </message>
  <message>
   <source>Executing</source>
   <translation>Läuft</translation>
  </message>
  <message>
   <source>Execution</source>
   <translation>Ausführung</translation>
  </message>
  <message>
   <source>Expected loss if nothing is done; likely between {low} and {high}.</source>
   <translation>Erwarteter Verlust, wenn nichts geschieht; wohl zwischen {low} und {high}.</translation>
  </message>
  <message>
   <source>Expected loss of the open cases if nothing is done, by type, the dearest first. A line hit by cases of two types counts with both, so the sum may exceed the tile on the tower page.</source>
   <translation>Erwarteter Verlust der offenen Fälle, wenn nichts geschieht, je Typ, das Teuerste zuerst. Eine Zeile mit Fällen zweier Typen zählt bei beiden; die Summe kann die Kachel der Turmseite übersteigen.</translation>
  </message>
  <message>
   <source>Expired</source>
   <translation>Abgelaufen</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Exportieren</translation>
  </message>
  <message>
   <source>Export the ledger</source>
   <translation>Hauptbuch exportieren</translation>
  </message>
  <message>
   <source>Export the lines that flip</source>
   <translation>Geänderte Positionen ausgeben</translation>
  </message>
  <message>
   <source>Export the table …</source>
   <translation>Tabelle exportieren …</translation>
  </message>
  <message>
   <source>Export …</source>
   <translation>Ausgeben …</translation>
  </message>
  <message>
   <source>Export: {title}</source>
   <translation>Export: {title}</translation>
  </message>
  <message>
   <source>Failures in a row</source>
   <translation>Fehler in Folge</translation>
  </message>
  <message>
   <source>False positive</source>
   <translation>Fehlalarm</translation>
  </message>
  <message>
   <source>False positive …</source>
   <translation>Fehlalarm …</translation>
  </message>
  <message>
   <source>Fewer lines</source>
   <translation>Weniger Zeilen</translation>
  </message>
  <message>
   <source>Figures</source>
   <translation>Zahlen</translation>
  </message>
  <message>
   <source>Figures of the baseline and the scenarios</source>
   <translation>Kennzahlen von Ist-Stand und Szenarien</translation>
  </message>
  <message>
   <source>Filter   /</source>
   <translation>Filter   /</translation>
  </message>
  <message>
   <source>Filter the queue</source>
   <translation>Liste filtern</translation>
  </message>
  <message>
   <source>Filter the queue by text</source>
   <translation>Die Liste nach Text filtern</translation>
  </message>
  <message>
   <source>Find in the help</source>
   <translation>In der Hilfe suchen</translation>
  </message>
  <message>
   <source>Fit everything</source>
   <translation>Alles zeigen</translation>
  </message>
  <message>
   <source>Fit the map</source>
   <translation>Karte einpassen</translation>
  </message>
  <message>
   <source>Fold</source>
   <translation>Einklappen</translation>
  </message>
  <message>
   <source>Folder of CSV and XLSX files</source>
   <translation>Ordner mit CSV- und XLSX-Dateien</translation>
  </message>
  <message>
   <source>Folder, for example /srv/edi</source>
   <translation>Ordner, zum Beispiel /srv/edi</translation>
  </message>
  <message>
   <source>Folder, for example /srv/sheets</source>
   <translation>Ordner, zum Beispiel /srv/sheets</translation>
  </message>
  <message>
   <source>For</source>
   <translation>Für</translation>
  </message>
  <message>
   <source>Found</source>
   <translation>Gefunden</translation>
  </message>
  <message>
   <source>Found by comparing with all records: more than chance.</source>
   <translation>Gefunden im Vergleich mit allen Datensätzen: mehr als Zufall.</translation>
  </message>
  <message>
   <source>Found by following the records to their cause.</source>
   <translation>Gefunden auf dem Weg der Datensätze zur Ursache.</translation>
  </message>
  <message>
   <source>Found by what keeps these cases quiet.</source>
   <translation>Gefunden durch das, was diese Fälle still hält.</translation>
  </message>
  <message>
   <source>Freight</source>
   <translation>Fracht</translation>
  </message>
  <message>
   <source>Freight, by shipment</source>
   <translation>Fracht nach Sendung</translation>
  </message>
  <message>
   <source>Freight, by weight</source>
   <translation>Fracht nach Gewicht</translation>
  </message>
  <message>
   <source>Fresh</source>
   <translation>Frisch</translation>
  </message>
  <message>
   <source>Fri</source>
   <translation>Fr</translation>
  </message>
  <message>
   <source>From</source>
   <translation>Von</translation>
  </message>
  <message>
   <source>Fulfilment Tower, {version}. Nothing is sent home.</source>
   <translation>Fulfilment Tower, {version}. Nichts wird nach Hause gesendet.</translation>
  </message>
  <message>
   <source>Give the reason</source>
   <translation>Grund nennen</translation>
  </message>
  <message>
   <source>Go to approvals</source>
   <translation>Zu den Freigaben</translation>
  </message>
  <message>
   <source>Go to figures</source>
   <translation>Zu den Zahlen</translation>
  </message>
  <message>
   <source>Go to rules</source>
   <translation>Zu den Regeln</translation>
  </message>
  <message>
   <source>Go to settings</source>
   <translation>Zum Setup</translation>
  </message>
  <message>
   <source>Go to sources</source>
   <translation>Zu den Quellen</translation>
  </message>
  <message>
   <source>Go to the tower</source>
   <translation>Zum Turm</translation>
  </message>
  <message>
   <source>Go to what-if</source>
   <translation>Zu Was-wäre-wenn</translation>
  </message>
  <message>
   <source>Group by incident</source>
   <translation>Nach Vorfall gruppieren</translation>
  </message>
  <message>
   <source>Height of the queue's rows</source>
   <translation>Höhe der Zeilen der Liste</translation>
  </message>
  <message>
   <source>Held back</source>
   <translation>Gehalten</translation>
  </message>
  <message>
   <source>Help</source>
   <translation>Hilfe</translation>
  </message>
  <message>
   <source>Help  F1</source>
   <translation>Hilfe  F1</translation>
  </message>
  <message>
   <source>Help text</source>
   <translation>Hilfetext</translation>
  </message>
  <message>
   <source>Help topics</source>
   <translation>Hilfethemen</translation>
  </message>
  <message>
   <source>Hide</source>
   <translation>Verbergen</translation>
  </message>
  <message>
   <source>High</source>
   <translation>Hoch</translation>
  </message>
  <message>
   <source>Hub</source>
   <translation>Hub</translation>
  </message>
  <message>
   <source>If it declines, ask {services}.</source>
   <translation>Lehnt er ab, fragen Sie {services}.</translation>
  </message>
  <message>
   <source>Import a file</source>
   <translation>Datei importieren</translation>
  </message>
  <message>
   <source>Import a file …</source>
   <translation>Datei einlesen …</translation>
  </message>
  <message>
   <source>In triage</source>
   <translation>In Arbeit</translation>
  </message>
  <message>
   <source>Inbound supply</source>
   <translation>Zugänge</translation>
  </message>
  <message>
   <source>Incident: {action_words}</source>
   <translation>Vorfall: {action_words}</translation>
  </message>
  <message>
   <source>It answers.</source>
   <translation>Es antwortet.</translation>
  </message>
  <message>
   <source>It comes {days} after its window ends.</source>
   <translation>Sie kommt {days} nach dem Ende ihres Zeitfensters.</translation>
  </message>
  <message>
   <source>It did not happen</source>
   <translation>Es ist nicht geschehen</translation>
  </message>
  <message>
   <source>It does not answer.</source>
   <translation>Es antwortet nicht.</translation>
  </message>
  <message>
   <source>It happened</source>
   <translation>Es ist geschehen</translation>
  </message>
  <message>
   <source>It has been decided.</source>
   <translation>Es ist entschieden.</translation>
  </message>
  <message>
   <source>It lends the role {role} of {name}. Nothing holds yet: the row goes into a draft of the decision rights, which whoever answers for them signs and puts in force.</source>
   <translation>Es leiht die Rolle {role} von {name}. Noch gilt nichts: die Zeile kommt in einen Entwurf der Entscheidungsrechte, den die Verantwortlichen signieren und in Kraft setzen.</translation>
  </message>
  <message>
   <source>It runs on this machine and sends nothing home. How do you want to begin?</source>
   <translation>Es läuft auf diesem Rechner und sendet nichts nach Hause. Wie wollen Sie beginnen?</translation>
  </message>
  <message>
   <source>It still comes within its window.</source>
   <translation>Sie kommt noch in ihrem Zeitfenster.</translation>
  </message>
  <message>
   <source>It would change no case.</source>
   <translation>Es würde keinen Fall ändern.</translation>
  </message>
  <message>
   <source>It would open {count} and close {count2}.</source>
   <translation>Es würde {count} öffnen und {count2} schließen.</translation>
  </message>
  <message>
   <source>Item</source>
   <translation>Artikel</translation>
  </message>
  <message>
   <source>Its lane is lost: no carrier goes there from this node. Ship from another node.</source>
   <translation>Ihre Strecke fällt aus: Von diesem Standort fährt niemand dorthin. Von einem anderen Standort versenden.</translation>
  </message>
  <message>
   <source>Its password or token is stored afterwards, never in the profile: </source>
   <translation>Passwort oder Token werden danach gespeichert, nie im Profil: </translation>
  </message>
  <message>
   <source>J / K move   ? keys</source>
   <translation>J / K gehen   ? Tasten</translation>
  </message>
  <message>
   <source>KPIs</source>
   <translation>Zahlen</translation>
  </message>
  <message>
   <source>Kept quiet</source>
   <translation>Still gehalten</translation>
  </message>
  <message>
   <source>Kept quiet by {suppressed_by}. </source>
   <translation>Still gehalten durch {suppressed_by}. </translation>
  </message>
  <message>
   <source>Keys</source>
   <translation>Tasten</translation>
  </message>
  <message>
   <source>Kind</source>
   <translation>Art</translation>
  </message>
  <message>
   <source>Lanes at risk</source>
   <translation>Strecken in Gefahr</translation>
  </message>
  <message>
   <source>Language</source>
   <translation>Sprache</translation>
  </message>
  <message>
   <source>Last 24 h</source>
   <translation>Letzte 24 h</translation>
  </message>
  <message>
   <source>Last 4 h</source>
   <translation>Letzte 4 h</translation>
  </message>
  <message>
   <source>Last 7 days</source>
   <translation>Letzte 7 Tage</translation>
  </message>
  <message>
   <source>Last attempt</source>
   <translation>Letzter Versuch</translation>
  </message>
  <message>
   <source>Last hour</source>
   <translation>Letzte Stunde</translation>
  </message>
  <message>
   <source>Last seen</source>
   <translation>Zuletzt gesehen</translation>
  </message>
  <message>
   <source>Last success</source>
   <translation>Letzter Erfolg</translation>
  </message>
  <message>
   <source>Late lines</source>
   <translation>Späte Positionen</translation>
  </message>
  <message>
   <source>Late orders</source>
   <translation>Verspätet</translation>
  </message>
  <message>
   <source>Lateness penalties</source>
   <translation>Verzugsstrafen</translation>
  </message>
  <message>
   <source>Later or not taken</source>
   <translation>Später oder unversorgt</translation>
  </message>
  <message>
   <source>Latest events</source>
   <translation>Letzte Ereignisse</translation>
  </message>
  <message>
   <source>Ledger</source>
   <translation>Hauptbuch</translation>
  </message>
  <message>
   <source>Left out: {change}. {why}</source>
   <translation>Weggelassen: {change}. {why}</translation>
  </message>
  <message>
   <source>Lent to others</source>
   <translation>An andere verliehen</translation>
  </message>
  <message>
   <source>Let new cases in</source>
   <translation>Neue Fälle einlassen</translation>
  </message>
  <message>
   <source>Letters work while no text field has the cursor.</source>
   <translation>Buchstaben wirken, solange kein Textfeld den Cursor hat.</translation>
  </message>
  <message>
   <source>Licences of data that ships with the program</source>
   <translation>Lizenzen der mitgelieferten Daten</translation>
  </message>
  <message>
   <source>Light</source>
   <translation>Hell</translation>
  </message>
  <message>
   <source>Light theme</source>
   <translation>Helle Farben</translation>
  </message>
  <message>
   <source>Line</source>
   <translation>Position</translation>
  </message>
  <message>
   <source>Lines across systems</source>
   <translation>Zeilen über alle Systeme</translation>
  </message>
  <message>
   <source>Lines that flip</source>
   <translation>Geänderte Positionen</translation>
  </message>
  <message>
   <source>Lines that ship from elsewhere, or are late or short where they were not.</source>
   <translation>Positionen, die von anderswo gehen oder anders als zuvor spät oder unvollständig sind.</translation>
  </message>
  <message>
   <source>Lines with a late unit.</source>
   <translation>Positionen mit einem späten Stück.</translation>
  </message>
  <message>
   <source>Live</source>
   <translation>Live</translation>
  </message>
  <message>
   <source>Live  ·  {counted} down</source>
   <translation>Live  ·  {counted} gestört</translation>
  </message>
  <message>
   <source>Live  ·  {counted} slow</source>
   <translation>Live  ·  {counted} langsam</translation>
  </message>
  <message>
   <source>Logs</source>
   <translation>Protokolle</translation>
  </message>
  <message>
   <source>Look at a demo</source>
   <translation>Eine Demo ansehen</translation>
  </message>
  <message>
   <source>Lose a carrier</source>
   <translation>Frachtführer verlieren</translation>
  </message>
  <message>
   <source>Lose a lane</source>
   <translation>Strecke verlieren</translation>
  </message>
  <message>
   <source>Loss of the lines concerned</source>
   <translation>Verlust der Positionen</translation>
  </message>
  <message>
   <source>Lost even so</source>
   <translation>Trotzdem verloren</translation>
  </message>
  <message>
   <source>Lost on backorders</source>
   <translation>Verlust durch Rückstand</translation>
  </message>
  <message>
   <source>Low</source>
   <translation>Gering</translation>
  </message>
  <message>
   <source>Make a scenario first.</source>
   <translation>Zuerst ein Szenario anlegen.</translation>
  </message>
  <message>
   <source>Make the profile</source>
   <translation>Profil anlegen</translation>
  </message>
  <message>
   <source>Map before and after</source>
   <translation>Karte vorher und nachher</translation>
  </message>
  <message>
   <source>Map filter: {choice}</source>
   <translation>Filter der Karte: {choice}</translation>
  </message>
  <message>
   <source>Map legend and severity filter</source>
   <translation>Legende und Filter nach Schwere</translation>
  </message>
  <message>
   <source>Map of the baseline</source>
   <translation>Karte des Ist-Stands</translation>
  </message>
  <message>
   <source>Map of the scenario</source>
   <translation>Karte des Szenarios</translation>
  </message>
  <message>
   <source>Margin of cancelled goods</source>
   <translation>Marge stornierter Ware</translation>
  </message>
  <message>
   <source>Mark all marked cases as seen</source>
   <translation>Alle markierten Fälle als gesehen melden</translation>
  </message>
  <message>
   <source>Mark all rows shown</source>
   <translation>Alle gezeigten markieren</translation>
  </message>
  <message>
   <source>Mark downwards</source>
   <translation>Abwärts markieren</translation>
  </message>
  <message>
   <source>Mark the case</source>
   <translation>Fall markieren</translation>
  </message>
  <message>
   <source>Mark upwards</source>
   <translation>Aufwärts markieren</translation>
  </message>
  <message>
   <source>May decide: {people}</source>
   <translation>Entscheiden dürfen: {people}</translation>
  </message>
  <message>
   <source>Median time from the opening of a case's last episode to its closing, by the day it was closed, whether a person closed it or its cause went away.</source>
   <translation>Median der Zeit vom Beginn der letzten Episode bis zum Schluss, nach dem Tag des Schlusses, ob durch Menschen oder weil die Ursache wegfiel.</translation>
  </message>
  <message>
   <source>Medium</source>
   <translation>Mittel</translation>
  </message>
  <message>
   <source>Medium and above</source>
   <translation>Ab mittel</translation>
  </message>
  <message>
   <source>Members of the incident</source>
   <translation>Mitglieder des Vorfalls</translation>
  </message>
  <message>
   <source>Messages</source>
   <translation>Meldungen</translation>
  </message>
  <message>
   <source>Messages of this session</source>
   <translation>Meldungen dieser Sitzung</translation>
  </message>
  <message>
   <source>Messages, {counted}</source>
   <translation>Meldungen, {counted}</translation>
  </message>
  <message>
   <source>Mine</source>
   <translation>Meine</translation>
  </message>
  <message>
   <source>Mon</source>
   <translation>Mo</translation>
  </message>
  <message>
   <source>Money at risk by type</source>
   <translation>Betrag in Gefahr je Typ</translation>
  </message>
  <message>
   <source>More jobs</source>
   <translation>Mehr Aufgaben</translation>
  </message>
  <message>
   <source>More lines</source>
   <translation>Mehr Zeilen</translation>
  </message>
  <message>
   <source>More sources</source>
   <translation>Weitere Quellen</translation>
  </message>
  <message>
   <source>Muted</source>
   <translation>Stumm</translation>
  </message>
  <message>
   <source>My triage</source>
   <translation>Meine</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <source>Name of the scenario</source>
   <translation>Name des Szenarios</translation>
  </message>
  <message>
   <source>Name of the site</source>
   <translation>Name des Standorts</translation>
  </message>
  <message>
   <source>Name of the supervisor</source>
   <translation>Name der Leitung</translation>
  </message>
  <message>
   <source>Name of the view</source>
   <translation>Name der Ansicht</translation>
  </message>
  <message>
   <source>Needs: {who}</source>
   <translation>Braucht: {who}</translation>
  </message>
  <message>
   <source>New</source>
   <translation>Neu</translation>
  </message>
  <message>
   <source>New by day</source>
   <translation>Neu je Tag</translation>
  </message>
  <message>
   <source>New by hour and weekday</source>
   <translation>Neu je Stunde und Wochentag</translation>
  </message>
  <message>
   <source>New name of the view</source>
   <translation>Neuer Name der Ansicht</translation>
  </message>
  <message>
   <source>New scenario</source>
   <translation>Neues Szenario</translation>
  </message>
  <message>
   <source>Next row</source>
   <translation>Nächste Zeile</translation>
  </message>
  <message>
   <source>Next run</source>
   <translation>Nächster Lauf</translation>
  </message>
  <message>
   <source>No entry was refused, and every signature and proof verifies.</source>
   <translation>Kein Eintrag wurde verweigert, und jede Signatur und jeder Beweis stimmt.</translation>
  </message>
  <message>
   <source>No exception matches. Press / then Esc to clear the filter, or choose All.</source>
   <translation>Keine Ausnahme passt. / und Esc löschen den Filter, oder Alle wählen.</translation>
  </message>
  <message>
   <source>No lane from {subject} to {to}</source>
   <translation>Keine Strecke von {subject} nach {to}</translation>
  </message>
  <message>
   <source>No open exceptions. New ones appear here after the next sync.</source>
   <translation>Keine offenen Ausnahmen. Neue erscheinen nach dem nächsten Abgleich.</translation>
  </message>
  <message>
   <source>No open order line can be planned.</source>
   <translation>Keine offene Auftragsposition lässt sich planen.</translation>
  </message>
  <message>
   <source>No option chosen</source>
   <translation>Keine Option gewählt</translation>
  </message>
  <message>
   <source>No options worked out yet.</source>
   <translation>Noch keine Optionen ermittelt.</translation>
  </message>
  <message>
   <source>No order must ship complete</source>
   <translation>Kein Auftrag muss vollständig gehen</translation>
  </message>
  <message>
   <source>No other carrier has room for it within the week.</source>
   <translation>Kein anderer Frachtführer hat in dieser Woche Platz dafür.</translation>
  </message>
  <message>
   <source>No plan of this world can cost less; the gap is how far the plan shown may be above the best.</source>
   <translation>Kein Plan kann hier weniger kosten; die Lücke sagt, wie weit der gezeigte über dem besten liegen kann.</translation>
  </message>
  <message>
   <source>No proposal to look at.</source>
   <translation>Kein Vorschlag zu zeigen.</translation>
  </message>
  <message>
   <source>No proposals here. Propose an option of a case (P) and it appears.</source>
   <translation>Keine Vorschläge hier. Eine Option eines Falls vorschlagen (P), dann erscheint sie.</translation>
  </message>
  <message>
   <source>No shipment loses its booking.</source>
   <translation>Keine Sendung verliert ihre Buchung.</translation>
  </message>
  <message>
   <source>No source says anything yet</source>
   <translation>Noch sagt keine Quelle etwas</translation>
  </message>
  <message>
   <source>No sources are set up in this profile.</source>
   <translation>In diesem Profil sind keine Quellen eingerichtet.</translation>
  </message>
  <message>
   <source>No sources yet</source>
   <translation>Noch keine Quellen</translation>
  </message>
  <message>
   <source>No topic holds these words.</source>
   <translation>Kein Thema enthält diese Wörter.</translation>
  </message>
  <message>
   <source>Nobody knows whether this happened: {command}. Look there, and say.</source>
   <translation>Niemand weiß, ob das geschehen ist: {command}. Sehen Sie dort nach und sagen Sie es.</translation>
  </message>
  <message>
   <source>Nobody knows whether {number} commands happened. The first: {command}. Look there, and say.</source>
   <translation>Niemand weiß, ob {number} Befehle geschehen sind. Der erste: {command}. Sehen Sie dort nach und sagen Sie es.</translation>
  </message>
  <message>
   <source>None of them is open</source>
   <translation>Keiner davon ist offen</translation>
  </message>
  <message>
   <source>Normal</source>
   <translation>Normal</translation>
  </message>
  <message>
   <source>Not now</source>
   <translation>Jetzt nicht</translation>
  </message>
  <message>
   <source>Not so</source>
   <translation>Fehlalarm</translation>
  </message>
  <message>
   <source>Not solved: {names}.</source>
   <translation>Nicht berechnet: {names}.</translation>
  </message>
  <message>
   <source>Note on the case</source>
   <translation>Notiz zum Fall</translation>
  </message>
  <message>
   <source>Note on {case}.</source>
   <translation>Notiz zu {case}.</translation>
  </message>
  <message>
   <source>Notes</source>
   <translation>Notizen</translation>
  </message>
  <message>
   <source>Notes on the case</source>
   <translation>Notizen zum Fall</translation>
  </message>
  <message>
   <source>Nothing has happened yet.</source>
   <translation>Noch ist nichts geschehen.</translation>
  </message>
  <message>
   <source>Nothing is signed yet.</source>
   <translation>Noch ist nichts signiert.</translation>
  </message>
  <message>
   <source>Nothing is wrong with it.</source>
   <translation>Daran ist nichts falsch.</translation>
  </message>
  <message>
   <source>Nothing it rests on has changed since. Its oldest fact is {age} old.</source>
   <translation>Nichts davon hat sich geändert. Der älteste Fakt ist {age} alt.</translation>
  </message>
  <message>
   <source>Nothing to draw yet.</source>
   <translation>Noch nichts zu zeichnen.</translation>
  </message>
  <message>
   <source>Nothing to propose yet.</source>
   <translation>Noch nichts vorzuschlagen.</translation>
  </message>
  <message>
   <source>Nothing waits: the hub has recorded all that was signed here.</source>
   <translation>Nichts wartet: der Hub hat alles verzeichnet, was hier signiert wurde.</translation>
  </message>
  <message>
   <source>Nothing was said yet.</source>
   <translation>Noch wurde nichts gemeldet.</translation>
  </message>
  <message>
   <source>Nothing yet.</source>
   <translation>Noch nichts.</translation>
  </message>
  <message>
   <source>Of the same</source>
   <translation>Desselben</translation>
  </message>
  <message>
   <source>Of them: those that come later than they would have, and those that nothing can take.</source>
   <translation>Davon: die später kommen als gebucht, und die niemand nehmen kann.</translation>
  </message>
  <message>
   <source>Offline</source>
   <translation>Offline</translation>
  </message>
  <message>
   <source>Offline. {words}</source>
   <translation>Offline. {words}</translation>
  </message>
  <message>
   <source>One of them changed meanwhile: open this again.</source>
   <translation>Einer hat sich inzwischen geändert: bitte neu öffnen.</translation>
  </message>
  <message>
   <source>One row an incident (G then G); X shows its members</source>
   <translation>Eine Zeile je Vorfall (G dann G); X zeigt die Mitglieder</translation>
  </message>
  <message>
   <source>Only: {title}. Show all again</source>
   <translation>Nur: {title}. Wieder alle zeigen</translation>
  </message>
  <message>
   <source>Open a shared scenario</source>
   <translation>Geteiltes Szenario öffnen</translation>
  </message>
  <message>
   <source>Open approval</source>
   <translation>Freigabe öffnen</translation>
  </message>
  <message>
   <source>Open cases by place: {words}. Arrow keys move, plus and minus zoom, 0 fits everything. The queue lists the same cases.</source>
   <translation>Offene Fälle nach Ort: {words}. Pfeile bewegen, Plus und Minus zoomen, 0 zeigt alles. Die Liste zeigt dieselben Fälle.</translation>
  </message>
  <message>
   <source>Open cases by the time since their present episode was opened, whatever was done to them since.</source>
   <translation>Offene Fälle nach der Zeit seit Beginn ihrer jetzigen Episode, was immer seither geschah.</translation>
  </message>
  <message>
   <source>Open exceptions</source>
   <translation>Offen</translation>
  </message>
  <message>
   <source>Open now</source>
   <translation>Jetzt offen</translation>
  </message>
  <message>
   <source>Open on {here:%a} {value} at {here:%H:%M}</source>
   <translation>Offen am {value} um {here:%H:%M}</translation>
  </message>
  <message>
   <source>Open over time</source>
   <translation>Offen im Verlauf</translation>
  </message>
  <message>
   <source>Open the case</source>
   <translation>Fall öffnen</translation>
  </message>
  <message>
   <source>Open the demo</source>
   <translation>Demo öffnen</translation>
  </message>
  <message>
   <source>Open units left.</source>
   <translation>Offene Stück, die bleiben.</translation>
  </message>
  <message>
   <source>Open …</source>
   <translation>Öffnen …</translation>
  </message>
  <message>
   <source>Open, {words}</source>
   <translation>Offen, {words}</translation>
  </message>
  <message>
   <source>Open: {value}</source>
   <translation>Offen: {value}</translation>
  </message>
  <message>
   <source>Opened</source>
   <translation>Eröffnet</translation>
  </message>
  <message>
   <source>Opened on {day:%a} {value}</source>
   <translation>Eröffnet am {value}</translation>
  </message>
  <message>
   <source>Opened on {value} from {hour:02d}:00 to {value2:02d}:00</source>
   <translation>Eröffnet {value} von {hour:02d}:00 bis {value2:02d}:00</translation>
  </message>
  <message>
   <source>Opened; the signature of {signer} holds.</source>
   <translation>Geöffnet; die Unterschrift von {signer} ist gültig.</translation>
  </message>
  <message>
   <source>Options</source>
   <translation>Optionen</translation>
  </message>
  <message>
   <source>Order</source>
   <translation>Auftrag</translation>
  </message>
  <message>
   <source>Order / lane</source>
   <translation>Auftrag / Strecke</translation>
  </message>
  <message>
   <source>Order cost</source>
   <translation>Auftragskosten</translation>
  </message>
  <message>
   <source>Order cost difference</source>
   <translation>Unterschied der Auftragskosten</translation>
  </message>
  <message>
   <source>Order line</source>
   <translation>Position</translation>
  </message>
  <message>
   <source>Order lines</source>
   <translation>Auftragszeilen</translation>
  </message>
  <message>
   <source>Order lines across systems</source>
   <translation>Auftragszeilen über alle Systeme</translation>
  </message>
  <message>
   <source>Order lines that flip</source>
   <translation>Auftragspositionen, die sich ändern</translation>
  </message>
  <message>
   <source>Orders</source>
   <translation>Aufträge</translation>
  </message>
  <message>
   <source>Orders OTIF</source>
   <translation>OTIF</translation>
  </message>
  <message>
   <source>Orders affected</source>
   <translation>Betroffene Aufträge</translation>
  </message>
  <message>
   <source>Orders of the case</source>
   <translation>Aufträge des Falls</translation>
  </message>
  <message>
   <source>Orders on time, in full</source>
   <translation>Aufträge pünktlich und vollständig</translation>
  </message>
  <message>
   <source>Orders take at most 1 shipment</source>
   <translation>Aufträge gehen in höchstens 1 Sendung</translation>
  </message>
  <message>
   <source>Orders take at most {number} shipments</source>
   <translation>Aufträge gehen in höchstens {number} Sendungen</translation>
  </message>
  <message>
   <source>Own policies</source>
   <translation>Eigene Regeln</translation>
  </message>
  <message>
   <source>Owner</source>
   <translation>Zuständig</translation>
  </message>
  <message>
   <source>PIN of this desk (without it you can look, not sign):</source>
   <translation>PIN dieses Platzes (ohne sie können Sie schauen, nicht signieren):</translation>
  </message>
  <message>
   <source>POD</source>
   <translation>POD</translation>
  </message>
  <message>
   <source>Page</source>
   <translation>Seite</translation>
  </message>
  <message>
   <source>Pages</source>
   <translation>Seiten</translation>
  </message>
  <message>
   <source>Parts of the program</source>
   <translation>Teile des Programms</translation>
  </message>
  <message>
   <source>Penalties</source>
   <translation>Strafen</translation>
  </message>
  <message>
   <source>Penalties at</source>
   <translation>Strafen zu</translation>
  </message>
  <message>
   <source>People</source>
   <translation>Personen</translation>
  </message>
  <message>
   <source>People at this desk</source>
   <translation>Menschen an diesem Platz</translation>
  </message>
  <message>
   <source>Person</source>
   <translation>Person</translation>
  </message>
  <message>
   <source>Pick</source>
   <translation>Kommission</translation>
  </message>
  <message>
   <source>Plan the backlog of now as it is and under each scenario</source>
   <translation>Den Auftragsbestand von jetzt planen, wie er ist und unter jedem Szenario</translation>
  </message>
  <message>
   <source>Planner</source>
   <translation>Disposition</translation>
  </message>
  <message>
   <source>Policies in force</source>
   <translation>Geltende Regeln</translation>
  </message>
  <message>
   <source>Policies: {problem}. It was refused; {stays}.</source>
   <translation>Regeln: {problem}. Abgewiesen; {stays}.</translation>
  </message>
  <message>
   <source>Policy: price of changing nodes</source>
   <translation>Regel: Preis des Standortwechsels</translation>
  </message>
  <message>
   <source>Policy: ship complete</source>
   <translation>Regel: vollständig liefern</translation>
  </message>
  <message>
   <source>Policy: shipments an order may take</source>
   <translation>Regel: Sendungen je Auftrag</translation>
  </message>
  <message>
   <source>Premium freight</source>
   <translation>Mehrfracht</translation>
  </message>
  <message>
   <source>Previous row</source>
   <translation>Vorige Zeile</translation>
  </message>
  <message>
   <source>Price of change</source>
   <translation>Preis der Änderung</translation>
  </message>
  <message>
   <source>Print what is shown …</source>
   <translation>Gezeigtes drucken …</translation>
  </message>
  <message>
   <source>Print: {title}</source>
   <translation>Drucken: {title}</translation>
  </message>
  <message>
   <source>Problems of the edited policy</source>
   <translation>Fehler der bearbeiteten Regeln</translation>
  </message>
  <message>
   <source>Profile</source>
   <translation>Profil</translation>
  </message>
  <message>
   <source>Progress of the solve</source>
   <translation>Fortschritt der Berechnung</translation>
  </message>
  <message>
   <source>Proof</source>
   <translation>Beweis</translation>
  </message>
  <message>
   <source>Proposal</source>
   <translation>Vorschlag</translation>
  </message>
  <message>
   <source>Proposal {label}: {stage_words}</source>
   <translation>Vorschlag {label}: {stage_words}</translation>
  </message>
  <message>
   <source>Proposals</source>
   <translation>Vorschläge</translation>
  </message>
  <message>
   <source>Propose the selected</source>
   <translation>Auswahl vorschlagen</translation>
  </message>
  <message>
   <source>Propose to take it back</source>
   <translation>Rücknahme vorschlagen</translation>
  </message>
  <message>
   <source>Propose {count}</source>
   <translation>{count} vorschlagen</translation>
  </message>
  <message>
   <source>Proposed</source>
   <translation>Vorgeschlagen</translation>
  </message>
  <message>
   <source>Proposed by</source>
   <translation>Vorgeschlagen von</translation>
  </message>
  <message>
   <source>Proposer and approver see the same eight characters when they see the same content.</source>
   <translation>Vorschlagende und Freigebende sehen dieselben acht Zeichen, wenn sie dasselbe sehen.</translation>
  </message>
  <message>
   <source>Proposes</source>
   <translation>Schlägt vor</translation>
  </message>
  <message>
   <source>Put together by a person.</source>
   <translation>Von einem Menschen zusammengelegt.</translation>
  </message>
  <message>
   <source>Quarantine</source>
   <translation>Quarantäne</translation>
  </message>
  <message>
   <source>Quarantine  {count}</source>
   <translation>Quarantäne  {count}</translation>
  </message>
  <message>
   <source>Quarantined</source>
   <translation>In Quarantäne</translation>
  </message>
  <message>
   <source>Quarantined records</source>
   <translation>Sätze in Quarantäne</translation>
  </message>
  <message>
   <source>Queue</source>
   <translation>Liste</translation>
  </message>
  <message>
   <source>Queue columns; click one to sort by it</source>
   <translation>Spalten; ein Klick sortiert danach</translation>
  </message>
  <message>
   <source>Queue of exceptions</source>
   <translation>Liste der Ausnahmen</translation>
  </message>
  <message>
   <source>Queue rows</source>
   <translation>Zeilen der Liste</translation>
  </message>
  <message>
   <source>Ranked {manual_rank}</source>
   <translation>Rang {manual_rank}</translation>
  </message>
  <message>
   <source>Read every</source>
   <translation>Lesen alle</translation>
  </message>
  <message>
   <source>Reading the backlog …</source>
   <translation>Der Auftragsbestand wird gelesen …</translation>
  </message>
  <message>
   <source>Reading the cases …</source>
   <translation>Die Fälle werden gelesen …</translation>
  </message>
  <message>
   <source>Reading the ledger …</source>
   <translation>Das Hauptbuch wird gelesen …</translation>
  </message>
  <message>
   <source>Reading the proposals …</source>
   <translation>Die Vorschläge werden gelesen …</translation>
  </message>
  <message>
   <source>Reading the sources …</source>
   <translation>Die Quellen werden gelesen …</translation>
  </message>
  <message>
   <source>Reading what is in force …</source>
   <translation>Was gilt, wird gelesen …</translation>
  </message>
  <message>
   <source>Reason</source>
   <translation>Grund</translation>
  </message>
  <message>
   <source>Reason for all of them</source>
   <translation>Grund für alle</translation>
  </message>
  <message>
   <source>Reason for all of them; it is signed with each</source>
   <translation>Grund für alle; er wird mit jedem signiert</translation>
  </message>
  <message>
   <source>Reason for the decision</source>
   <translation>Grund der Entscheidung</translation>
  </message>
  <message>
   <source>Reason for the decision; it is signed with it</source>
   <translation>Grund der Entscheidung; er wird mit ihr signiert</translation>
  </message>
  <message>
   <source>Reason for the proposal</source>
   <translation>Grund des Vorschlags</translation>
  </message>
  <message>
   <source>Recommended</source>
   <translation>Empfohlen</translation>
  </message>
  <message>
   <source>Record</source>
   <translation>Verzeichnet</translation>
  </message>
  <message>
   <source>Records read</source>
   <translation>Sätze gelesen</translation>
  </message>
  <message>
   <source>Records that could not be understood; nothing of them is lost.</source>
   <translation>Sätze, die nicht verstanden wurden; nichts davon ist verloren.</translation>
  </message>
  <message>
   <source>Refused or broken</source>
   <translation>Verweigert oder defekt</translation>
  </message>
  <message>
   <source>Rehearsing on a copy of the mirror …</source>
   <translation>Probe auf einer Kopie des Spiegels …</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>Ablehnen</translation>
  </message>
  <message>
   <source>Relaxed</source>
   <translation>Weit</translation>
  </message>
  <message>
   <source>Remedy</source>
   <translation>Maßnahme</translation>
  </message>
  <message>
   <source>Remove</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <source>Remove the chosen change</source>
   <translation>Gewählte Änderung entfernen</translation>
  </message>
  <message>
   <source>Rename “{shown}” …</source>
   <translation>„{shown}“ umbenennen …</translation>
  </message>
  <message>
   <source>Request approval</source>
   <translation>Freigabe anfragen</translation>
  </message>
  <message>
   <source>Request approval …</source>
   <translation>Freigabe anfragen …</translation>
  </message>
  <message>
   <source>Resolved</source>
   <translation>Gelöst</translation>
  </message>
  <message>
   <source>Retry</source>
   <translation>Erneut</translation>
  </message>
  <message>
   <source>Revoke the approval</source>
   <translation>Freigabe widerrufen</translation>
  </message>
  <message>
   <source>Rework</source>
   <translation>Nacharbeit</translation>
  </message>
  <message>
   <source>Right</source>
   <translation>Recht</translation>
  </message>
  <message>
   <source>Role</source>
   <translation>Rolle</translation>
  </message>
  <message>
   <source>Roles</source>
   <translation>Rollen</translation>
  </message>
  <message>
   <source>Row</source>
   <translation>Zeile</translation>
  </message>
  <message>
   <source>Rows behind</source>
   <translation>Zeilen dahinter</translation>
  </message>
  <message>
   <source>Rule</source>
   <translation>Regel</translation>
  </message>
  <message>
   <source>Rule {rule_id}</source>
   <translation>Regel {rule_id}</translation>
  </message>
  <message>
   <source>Rules</source>
   <translation>Regeln</translation>
  </message>
  <message>
   <source>Rules &amp; rights</source>
   <translation>Regeln &amp; Rechte</translation>
  </message>
  <message>
   <source>SHA-256 of the signed content: {payload_sha256}</source>
   <translation>SHA-256 des signierten Inhalts: {payload_sha256}</translation>
  </message>
  <message>
   <source>SLA</source>
   <translation>SLA</translation>
  </message>
  <message>
   <source>SLA breach</source>
   <translation>SLA-Bruch</translation>
  </message>
  <message>
   <source>SLA breach &lt; 4 h</source>
   <translation>SLA-Bruch &lt; 4 h</translation>
  </message>
  <message>
   <source>SLA breach {time_left}</source>
   <translation>SLA-Bruch {time_left}</translation>
  </message>
  <message>
   <source>SLA missed {time_left}</source>
   <translation>SLA verfehlt {time_left}</translation>
  </message>
  <message>
   <source>Sat</source>
   <translation>Sa</translation>
  </message>
  <message>
   <source>Save</source>
   <translation>Sichern</translation>
  </message>
  <message>
   <source>Save as …</source>
   <translation>Sichern als …</translation>
  </message>
  <message>
   <source>Save draft</source>
   <translation>Entwurf sichern</translation>
  </message>
  <message>
   <source>Save the view</source>
   <translation>Ansicht sichern</translation>
  </message>
  <message>
   <source>Save the view …</source>
   <translation>Ansicht sichern …</translation>
  </message>
  <message>
   <source>Saved by acting now</source>
   <translation>Jetzt zu retten</translation>
  </message>
  <message>
   <source>Saved views and columns (V)</source>
   <translation>Gesicherte Ansichten und Spalten (V)</translation>
  </message>
  <message>
   <source>Saves {money_short} a minute</source>
   <translation>Spart {money_short} je Minute</translation>
  </message>
  <message>
   <source>Say why first: the reason is signed with it.</source>
   <translation>Sagen Sie erst, warum: der Grund wird mit signiert.</translation>
  </message>
  <message>
   <source>Say why first: the reason is signed with the decision.</source>
   <translation>Erst den Grund nennen: er wird mit der Entscheidung signiert.</translation>
  </message>
  <message>
   <source>Scenario</source>
   <translation>Szenario</translation>
  </message>
  <message>
   <source>Scenarios</source>
   <translation>Szenarien</translation>
  </message>
  <message>
   <source>Schedule</source>
   <translation>Zeitplan</translation>
  </message>
  <message>
   <source>Search</source>
   <translation>Suche</translation>
  </message>
  <message>
   <source>Search orders, exceptions and commands</source>
   <translation>Aufträge, Ausnahmen und Befehle suchen</translation>
  </message>
  <message>
   <source>Search orders, exceptions and commands (Ctrl K)</source>
   <translation>Aufträge, Ausnahmen und Befehle suchen (Strg K)</translation>
  </message>
  <message>
   <source>Search orders, exceptions, commands …</source>
   <translation>Aufträge, Ausnahmen, Befehle suchen …</translation>
  </message>
  <message>
   <source>Seen</source>
   <translation>Gesehen</translation>
  </message>
  <message>
   <source>Select a proposal.</source>
   <translation>Einen Vorschlag wählen.</translation>
  </message>
  <message>
   <source>Select an exception in the queue or on the map.</source>
   <translation>Eine Ausnahme in der Liste oder auf der Karte wählen.</translation>
  </message>
  <message>
   <source>Select lines to propose them</source>
   <translation>Positionen wählen, um sie vorzuschlagen</translation>
  </message>
  <message>
   <source>Send for signature</source>
   <translation>Zur Signatur</translation>
  </message>
  <message>
   <source>Service case {number}  ·  {customer}</source>
   <translation>Servicefall {number}  ·  {customer}</translation>
  </message>
  <message>
   <source>Setting</source>
   <translation>Einstellung</translation>
  </message>
  <message>
   <source>Settings</source>
   <translation>Setup</translation>
  </message>
  <message>
   <source>Settings file</source>
   <translation>Einstellungen</translation>
  </message>
  <message>
   <source>Settings of a source</source>
   <translation>Einstellungen einer Quelle</translation>
  </message>
  <message>
   <source>Settings of {source}</source>
   <translation>Einstellungen von {source}</translation>
  </message>
  <message>
   <source>Settings …</source>
   <translation>Einstellungen …</translation>
  </message>
  <message>
   <source>Settled</source>
   <translation>Erledigt</translation>
  </message>
  <message>
   <source>Severity</source>
   <translation>Schwere</translation>
  </message>
  <message>
   <source>Share of orders whose every open unit arrives by the promise.</source>
   <translation>Anteil der Aufträge, deren offene Stück alle bis zur Zusage ankommen.</translation>
  </message>
  <message>
   <source>Share the scenario</source>
   <translation>Szenario teilen</translation>
  </message>
  <message>
   <source>Share the scenario as a signed file</source>
   <translation>Szenario als unterschriebene Datei teilen</translation>
  </message>
  <message>
   <source>Share …</source>
   <translation>Teilen …</translation>
  </message>
  <message>
   <source>Ship</source>
   <translation>Versand</translation>
  </message>
  <message>
   <source>Shipment {number} is booked with {carrier} for {money}.</source>
   <translation>Sendung {number} ist bei {carrier} für {money} gebucht.</translation>
  </message>
  <message>
   <source>Shipments</source>
   <translation>Sendungen</translation>
  </message>
  <message>
   <source>Shipments not picked up yet that lose their carrier or their lane.</source>
   <translation>Noch nicht abgeholte Sendungen, die Frachtführer oder Strecke verlieren.</translation>
  </message>
  <message>
   <source>Ships as</source>
   <translation>Ausgeliefert als</translation>
  </message>
  <message>
   <source>Show</source>
   <translation>Zeigen</translation>
  </message>
  <message>
   <source>Show all again</source>
   <translation>Wieder alle zeigen</translation>
  </message>
  <message>
   <source>Show hidden cases</source>
   <translation>Verborgene Fälle zeigen</translation>
  </message>
  <message>
   <source>Show hidden exceptions</source>
   <translation>Verborgene Ausnahmen zeigen</translation>
  </message>
  <message>
   <source>Show in the queue</source>
   <translation>In der Liste zeigen</translation>
  </message>
  <message>
   <source>Show it as a chart</source>
   <translation>Als Diagramm zeigen</translation>
  </message>
  <message>
   <source>Show it as a table</source>
   <translation>Als Tabelle zeigen</translation>
  </message>
  <message>
   <source>Show new exceptions</source>
   <translation>Neue Ausnahmen zeigen</translation>
  </message>
  <message>
   <source>Show the case</source>
   <translation>Fall zeigen</translation>
  </message>
  <message>
   <source>Show the cases that would close</source>
   <translation>Die Fälle zeigen, die schlössen</translation>
  </message>
  <message>
   <source>Show the keys</source>
   <translation>Tasten zeigen</translation>
  </message>
  <message>
   <source>Show the ledger</source>
   <translation>Hauptbuch zeigen</translation>
  </message>
  <message>
   <source>Show the proposal</source>
   <translation>Vorschlag zeigen</translation>
  </message>
  <message>
   <source>Show the {count} that would close</source>
   <translation>Die {count} zeigen, die schlössen</translation>
  </message>
  <message>
   <source>Show {count} open in the queue</source>
   <translation>{count} offene in der Liste zeigen</translation>
  </message>
  <message>
   <source>Showing data from {moment}</source>
   <translation>Daten von {moment}</translation>
  </message>
  <message>
   <source>Sign and send</source>
   <translation>Signieren</translation>
  </message>
  <message>
   <source>Sign it and put it before those whose right it is</source>
   <translation>Signieren und denen vorlegen, die es dürfen</translation>
  </message>
  <message>
   <source>Signed at</source>
   <translation>Signiert am</translation>
  </message>
  <message>
   <source>Signed by</source>
   <translation>Signiert von</translation>
  </message>
  <message>
   <source>Signed scenario</source>
   <translation>Unterschriebenes Szenario</translation>
  </message>
  <message>
   <source>Signing …</source>
   <translation>Wird unterschrieben …</translation>
  </message>
  <message>
   <source>Similar cases before</source>
   <translation>Ähnliche Fälle früher</translation>
  </message>
  <message>
   <source>Since the last solve {come} came and {gone} went.</source>
   <translation>Seit der letzten Berechnung kamen {come} hinzu, {gone} fielen weg.</translation>
  </message>
  <message>
   <source>Site</source>
   <translation>Standort</translation>
  </message>
  <message>
   <source>Slow</source>
   <translation>Langsam</translation>
  </message>
  <message>
   <source>Snooze</source>
   <translation>Ruhen</translation>
  </message>
  <message>
   <source>Snooze all marked cases</source>
   <translation>Alle markierten Fälle ruhen lassen</translation>
  </message>
  <message>
   <source>Snooze the case</source>
   <translation>Fall ruhen lassen</translation>
  </message>
  <message>
   <source>Snooze until the money doubles</source>
   <translation>Ruhen, bis sich der Betrag verdoppelt</translation>
  </message>
  <message>
   <source>Snoozed</source>
   <translation>Ruht</translation>
  </message>
  <message>
   <source>Solve</source>
   <translation>Berechnen</translation>
  </message>
  <message>
   <source>Solve again on the data of now</source>
   <translation>Mit Daten von jetzt neu berechnen</translation>
  </message>
  <message>
   <source>Solve all scenarios</source>
   <translation>Alle Szenarien berechnen</translation>
  </message>
  <message>
   <source>Solve scenarios</source>
   <translation>Szenarien berechnen</translation>
  </message>
  <message>
   <source>Solver {value}{gap}</source>
   <translation>Solver {value}{gap}</translation>
  </message>
  <message>
   <source>Some severities</source>
   <translation>Manche Schwere</translation>
  </message>
  <message>
   <source>Sort</source>
   <translation>Sortieren</translation>
  </message>
  <message>
   <source>Sort: priority</source>
   <translation>Sortierung: Rang</translation>
  </message>
  <message>
   <source>Sort: {value}</source>
   <translation>Sortierung: {value}</translation>
  </message>
  <message>
   <source>Source</source>
   <translation>Quelle</translation>
  </message>
  <message>
   <source>Source {source}: {words}. {why}</source>
   <translation>Quelle {source}: {words}. {why}</translation>
  </message>
  <message>
   <source>Source: {source}</source>
   <translation>Quelle: {source}</translation>
  </message>
  <message>
   <source>Sources</source>
   <translation>Quellen</translation>
  </message>
  <message>
   <source>Sources: {words}; open the sources page</source>
   <translation>Quellen: {words}; Seite der Quellen öffnen</translation>
  </message>
  <message>
   <source>Spreadsheet (*.xlsx)</source>
   <translation>Tabelle (*.xlsx)</translation>
  </message>
  <message>
   <source>Stages: </source>
   <translation>Stufen: </translation>
  </message>
  <message>
   <source>Start work</source>
   <translation>Arbeit beginnen</translation>
  </message>
  <message>
   <source>Start work on the case</source>
   <translation>Arbeit am Fall beginnen</translation>
  </message>
  <message>
   <source>Status</source>
   <translation>Status</translation>
  </message>
  <message>
   <source>Stock</source>
   <translation>Bestand</translation>
  </message>
  <message>
   <source>Stock, order lines or inbound supply as CSV or XLSX. Drop the file here, or choose it.</source>
   <translation>Bestand, Auftragszeilen oder Zugänge als CSV oder XLSX. Datei hierher ziehen oder wählen.</translation>
  </message>
  <message>
   <source>Stop and keep the best plans so far</source>
   <translation>Anhalten und die besten Pläne behalten</translation>
  </message>
  <message>
   <source>Stop here</source>
   <translation>Hier anhalten</translation>
  </message>
  <message>
   <source>Stopped early: the best plan so far.</source>
   <translation>Vorzeitig angehalten: der bisher beste Plan.</translation>
  </message>
  <message>
   <source>Stream</source>
   <translation>Strom</translation>
  </message>
  <message>
   <source>Sun</source>
   <translation>So</translation>
  </message>
  <message>
   <source>Supervisor</source>
   <translation>Leitung</translation>
  </message>
  <message>
   <source>Supply</source>
   <translation>Zugang</translation>
  </message>
  <message>
   <source>Supply to {subject} {days} later</source>
   <translation>Nachschub für {subject} {days} später</translation>
  </message>
  <message>
   <source>Switch dark and light</source>
   <translation>Hell und dunkel wechseln</translation>
  </message>
  <message>
   <source>Switch person</source>
   <translation>Person wechseln</translation>
  </message>
  <message>
   <source>Sync all</source>
   <translation>Alle abgleichen</translation>
  </message>
  <message>
   <source>Sync all sources</source>
   <translation>Alle Quellen abgleichen</translation>
  </message>
  <message>
   <source>Sync now</source>
   <translation>Jetzt abgleichen</translation>
  </message>
  <message>
   <source>Sync {source} now</source>
   <translation>{source} jetzt abgleichen</translation>
  </message>
  <message>
   <source>System</source>
   <translation>System</translation>
  </message>
  <message>
   <source>Tables (*.csv *.txt *.xlsx)</source>
   <translation>Tabellen (*.csv *.txt *.xlsx)</translation>
  </message>
  <message>
   <source>Take all marks away</source>
   <translation>Alle Marken aufheben</translation>
  </message>
  <message>
   <source>Take in the view on the clipboard</source>
   <translation>Ansicht aus der Zwischenablage übernehmen</translation>
  </message>
  <message>
   <source>Take it in</source>
   <translation>Aufnehmen</translation>
  </message>
  <message>
   <source>Take it out</source>
   <translation>Herausnehmen</translation>
  </message>
  <message>
   <source>Take this case out …</source>
   <translation>Diesen Fall herausnehmen …</translation>
  </message>
  <message>
   <source>Taken back: {edit}</source>
   <translation>Zurückgenommen: {edit}</translation>
  </message>
  <message>
   <source>Test the connection</source>
   <translation>Verbindung testen</translation>
  </message>
  <message>
   <source>The backlog as it is costs {cost}; no plan costs less than {bound} (gap {gap}).</source>
   <translation>Der Auftragsbestand kostet, wie er ist, {cost}; kein Plan kostet weniger als {bound} (Lücke {gap}).</translation>
  </message>
  <message>
   <source>The backlog is being read.</source>
   <translation>Der Auftragsbestand wird gelesen.</translation>
  </message>
  <message>
   <source>The chosen policy</source>
   <translation>Die gewählten Regeln</translation>
  </message>
  <message>
   <source>The copy must be without a problem first.</source>
   <translation>Die Kopie muss erst fehlerfrei sein.</translation>
  </message>
  <message>
   <source>The copy says what is in force.</source>
   <translation>Die Kopie sagt, was gilt.</translation>
  </message>
  <message>
   <source>The demo makes its own sources at each start.</source>
   <translation>Die Demo macht ihre Quellen bei jedem Start selbst.</translation>
  </message>
  <message>
   <source>The facts changed since these options were worked out.</source>
   <translation>Die Fakten haben sich seither geändert.</translation>
  </message>
  <message>
   <source>The facts changed; work out the options again.</source>
   <translation>Die Fakten haben sich geändert; Optionen neu ermitteln.</translation>
  </message>
  <message>
   <source>The first rows as they would be taken in</source>
   <translation>Die ersten Zeilen, wie sie aufgenommen würden</translation>
  </message>
  <message>
   <source>The profile names no folder for policies of its own.</source>
   <translation>Das Profil nennt keinen Ordner für eigene Regelwerke.</translation>
  </message>
  <message>
   <source>The program ended unexpectedly last time. What was signed and synced is safe.</source>
   <translation>Das Programm endete zuletzt unerwartet. Unterschriebenes und Abgeglichenes ist sicher.</translation>
  </message>
  <message>
   <source>The record as it came</source>
   <translation>Der Satz, wie er kam</translation>
  </message>
  <message>
   <source>The site's</source>
   <translation>Die des Standorts</translation>
  </message>
  <message>
   <source>The sum of all terms below.</source>
   <translation>Die Summe aller Teile darunter.</translation>
  </message>
  <message>
   <source>The systems will be told</source>
   <translation>Den Systemen wird gesagt</translation>
  </message>
  <message>
   <source>The window speaks it after the next start.</source>
   <translation>Das Fenster spricht sie nach dem nächsten Start.</translation>
  </message>
  <message>
   <source>Theme</source>
   <translation>Farben</translation>
  </message>
  <message>
   <source>There are no rows to export.</source>
   <translation>Keine Zeilen zu exportieren.</translation>
  </message>
  <message>
   <source>There are {value} views; delete one first.</source>
   <translation>Es gibt {value} Ansichten; erst eine löschen.</translation>
  </message>
  <message>
   <source>There is a view {name!r} already.</source>
   <translation>Die Ansicht {name!r} gibt es schon.</translation>
  </message>
  <message>
   <source>There is nothing to print yet.</source>
   <translation>Es gibt noch nichts zu drucken.</translation>
  </message>
  <message>
   <source>There is nothing to take back.</source>
   <translation>Es gibt nichts zurückzunehmen.</translation>
  </message>
  <message>
   <source>This desk</source>
   <translation>Dieser Platz</translation>
  </message>
  <message>
   <source>This is what is signed, read back from its bytes.</source>
   <translation>Das wird signiert, zurückgelesen aus seinen Bytes.</translation>
  </message>
  <message>
   <source>This policy has no settings and no tables.</source>
   <translation>Diese Regel hat keine Einstellungen und keine Tabellen.</translation>
  </message>
  <message>
   <source>This type</source>
   <translation>Dieser Typ</translation>
  </message>
  <message>
   <source>Thu</source>
   <translation>Do</translation>
  </message>
  <message>
   <source>Time to close</source>
   <translation>Zeit bis zum Schluss</translation>
  </message>
  <message>
   <source>Time zone</source>
   <translation>Zeitzone</translation>
  </message>
  <message>
   <source>Timeline</source>
   <translation>Verlauf</translation>
  </message>
  <message>
   <source>Times</source>
   <translation>Zeiten</translation>
  </message>
  <message>
   <source>Title</source>
   <translation>Titel</translation>
  </message>
  <message>
   <source>To</source>
   <translation>An</translation>
  </message>
  <message>
   <source>To which zone</source>
   <translation>In welche Zone</translation>
  </message>
  <message>
   <source>Too late: acting helped until {moment}</source>
   <translation>Zu spät: Handeln half bis {moment}</translation>
  </message>
  <message>
   <source>Total cost</source>
   <translation>Gesamtkosten</translation>
  </message>
  <message>
   <source>Tower</source>
   <translation>Turm</translation>
  </message>
  <message>
   <source>Try again {count}</source>
   <translation>{count} erneut versuchen</translation>
  </message>
  <message>
   <source>Try on the cases</source>
   <translation>An Fällen proben</translation>
  </message>
  <message>
   <source>Try the record again</source>
   <translation>Satz nochmals versuchen</translation>
  </message>
  <message>
   <source>Try these {number} again</source>
   <translation>Diese {number} nochmals</translation>
  </message>
  <message>
   <source>Tryton server</source>
   <translation>Tryton-Server</translation>
  </message>
  <message>
   <source>Tue</source>
   <translation>Di</translation>
  </message>
  <message>
   <source>Type</source>
   <translation>Typ</translation>
  </message>
  <message>
   <source>Under way</source>
   <translation>Läuft</translation>
  </message>
  <message>
   <source>Undo</source>
   <translation>Zurück</translation>
  </message>
  <message>
   <source>Undo the last edit</source>
   <translation>Letzte Änderung zurücknehmen</translation>
  </message>
  <message>
   <source>Undo: {text}</source>
   <translation>Zurücknehmen: {text}</translation>
  </message>
  <message>
   <source>Unfold or fold the incident</source>
   <translation>Vorfall auf- oder zuklappen</translation>
  </message>
  <message>
   <source>Units</source>
   <translation>Stück</translation>
  </message>
  <message>
   <source>Units by node in the baseline and the scenarios</source>
   <translation>Stück je Standort im Ist-Stand und in den Szenarien</translation>
  </message>
  <message>
   <source>Units that ship from {name} over the whole plan.</source>
   <translation>Stück, die im ganzen Plan von {name} gehen.</translation>
  </message>
  <message>
   <source>Unlock signing</source>
   <translation>Signieren entsperren</translation>
  </message>
  <message>
   <source>Unowned</source>
   <translation>Frei</translation>
  </message>
  <message>
   <source>Until the money doubles</source>
   <translation>Bis der Betrag sich verdoppelt</translation>
  </message>
  <message>
   <source>Up to</source>
   <translation>Bis zu</translation>
  </message>
  <message>
   <source>Update “{shown}”</source>
   <translation>„{shown}“ aktualisieren</translation>
  </message>
  <message>
   <source>User</source>
   <translation>Benutzer</translation>
  </message>
  <message>
   <source>Usual layout</source>
   <translation>Übliche Aufteilung</translation>
  </message>
  <message>
   <source>Value</source>
   <translation>Wert</translation>
  </message>
  <message>
   <source>Value at risk</source>
   <translation>Risikowert</translation>
  </message>
  <message>
   <source>Verifying</source>
   <translation>Prüfung</translation>
  </message>
  <message>
   <source>View {name}{changed}</source>
   <translation>Ansicht {name}{changed}</translation>
  </message>
  <message>
   <source>Views</source>
   <translation>Ansichten</translation>
  </message>
  <message>
   <source>Views and columns</source>
   <translation>Ansichten und Spalten</translation>
  </message>
  <message>
   <source>Views{dot}</source>
   <translation>Ansichten{dot}</translation>
  </message>
  <message>
   <source>Volume by node</source>
   <translation>Menge je Standort</translation>
  </message>
  <message>
   <source>Wait for the hub</source>
   <translation>Warten auf den Hub</translation>
  </message>
  <message>
   <source>Waiting</source>
   <translation>Wartend</translation>
  </message>
  <message>
   <source>Wed</source>
   <translation>Mi</translation>
  </message>
  <message>
   <source>Welcome to Fulfilment Tower</source>
   <translation>Willkommen beim Fulfilment Tower</translation>
  </message>
  <message>
   <source>What</source>
   <translation>Was</translation>
  </message>
  <message>
   <source>What changes</source>
   <translation>Was sich ändert</translation>
  </message>
  <message>
   <source>What columns or partners mean is said by files beside the profile: see docs/profiles.md.</source>
   <translation>Was Spalten oder Partner bedeuten, sagen Dateien neben dem Profil: siehe docs/profiles.md.</translation>
  </message>
  <message>
   <source>What differs</source>
   <translation>Was anders ist</translation>
  </message>
  <message>
   <source>What failed and why</source>
   <translation>Was nicht ging und warum</translation>
  </message>
  <message>
   <source>What is different</source>
   <translation>Was anders ist</translation>
  </message>
  <message>
   <source>What is wrong</source>
   <translation>Was falsch ist</translation>
  </message>
  <message>
   <source>What no row permits is denied; a row that forbids wins over any that permits.</source>
   <translation>Was keine Zeile erlaubt, ist verweigert; eine Zeile, die verbietet, geht jeder vor, die erlaubt.</translation>
  </message>
  <message>
   <source>What other carriers ask more for them than was booked; no part of the total cost.</source>
   <translation>Was andere Frachtführer dafür mehr verlangen als gebucht; kein Teil der Gesamtkosten.</translation>
  </message>
  <message>
   <source>What the edited policy would do</source>
   <translation>Was die bearbeiteten Regeln täten</translation>
  </message>
  <message>
   <source>What the money is made of: {words}</source>
   <translation>Woraus der Betrag besteht: {words}</translation>
  </message>
  <message>
   <source>What the rows are</source>
   <translation>Was die Zeilen sind</translation>
  </message>
  <message>
   <source>What this figure means</source>
   <translation>Was diese Zahl bedeutet</translation>
  </message>
  <message>
   <source>What to show of the case</source>
   <translation>Was vom Fall gezeigt wird</translation>
  </message>
  <message>
   <source>What was taken for an exception?</source>
   <translation>Was wurde für eine Ausnahme gehalten?</translation>
  </message>
  <message>
   <source>What you found out, or why; it is signed with it</source>
   <translation>Was Sie gefunden haben, oder warum; es wird mit signiert</translation>
  </message>
  <message>
   <source>What-if</source>
   <translation>Was-wenn</translation>
  </message>
  <message>
   <source>What-if: {name}</source>
   <translation>Was wäre, wenn: {name}</translation>
  </message>
  <message>
   <source>Where it is</source>
   <translation>Wo es ist</translation>
  </message>
  <message>
   <source>Where it stands</source>
   <translation>Stand</translation>
  </message>
  <message>
   <source>Where or for whom</source>
   <translation>Wo oder für wen</translation>
  </message>
  <message>
   <source>Which entries</source>
   <translation>Welche Einträge</translation>
  </message>
  <message>
   <source>Which exceptions</source>
   <translation>Welche Ausnahmen</translation>
  </message>
  <message>
   <source>Which proposals</source>
   <translation>Welche Vorschläge</translation>
  </message>
  <message>
   <source>While</source>
   <translation>Während</translation>
  </message>
  <message>
   <source>While this is open</source>
   <translation>Solange dies offen ist</translation>
  </message>
  <message>
   <source>Who may propose and approve what</source>
   <translation>Wer was vorschlagen und freigeben darf</translation>
  </message>
  <message>
   <source>Why</source>
   <translation>Warum</translation>
  </message>
  <message>
   <source>Why does it not belong to the incident?</source>
   <translation>Warum gehört es nicht zum Vorfall?</translation>
  </message>
  <message>
   <source>Why grouped</source>
   <translation>Warum Gruppe</translation>
  </message>
  <message>
   <source>Why should it hold? The reason is signed with it.</source>
   <translation>Warum soll es gelten? Der Grund wird mitsigniert.</translation>
  </message>
  <message>
   <source>Why the line goes this way</source>
   <translation>Warum die Position so geht</translation>
  </message>
  <message>
   <source>Why these moves are asked for</source>
   <translation>Warum diese Umlagerungen beantragt werden</translation>
  </message>
  <message>
   <source>Why this option? The reason is signed with it.</source>
   <translation>Warum diese Option? Der Grund wird mit ihr signiert.</translation>
  </message>
  <message>
   <source>Word on a doubt</source>
   <translation>Wort zu einem Zweifel</translation>
  </message>
  <message>
   <source>Wording as signed</source>
   <translation>Unterschriebener Wortlaut</translation>
  </message>
  <message>
   <source>Work out options</source>
   <translation>Optionen ermitteln</translation>
  </message>
  <message>
   <source>Work out the options again (W)</source>
   <translation>Optionen neu ermitteln (W)</translation>
  </message>
  <message>
   <source>Work out the options first.</source>
   <translation>Erst die Optionen ermitteln.</translation>
  </message>
  <message>
   <source>Worked out by rule; no solver ran.</source>
   <translation>Nach Regel ermittelt; kein Solver lief.</translation>
  </message>
  <message>
   <source>Working it out …</source>
   <translation>Wird ermittelt …</translation>
  </message>
  <message>
   <source>Working out the figures …</source>
   <translation>Die Zahlen werden ermittelt …</translation>
  </message>
  <message>
   <source>Would close under the edited {chosen}</source>
   <translation>Schlösse unter der bearbeiteten {chosen}</translation>
  </message>
  <message>
   <source>Write the draft</source>
   <translation>Entwurf schreiben</translation>
  </message>
  <message>
   <source>Your name</source>
   <translation>Ihr Name</translation>
  </message>
  <message>
   <source>Your name (planner)</source>
   <translation>Ihr Name (Disposition)</translation>
  </message>
  <message>
   <source>Zoom in</source>
   <translation>Vergrößern</translation>
  </message>
  <message>
   <source>Zoom out</source>
   <translation>Verkleinern</translation>
  </message>
  <message>
   <source>a booking: rebook it on its own case</source>
   <translation>Buchung: im eigenen Fall umbuchen</translation>
  </message>
  <message>
   <source>a first plan at fair prices</source>
   <translation>ein erster Plan zu fairen Preisen</translation>
  </message>
  <message>
   <source>all rows that fit: {value}</source>
   <translation>alle passenden Zeilen: {value}</translation>
  </message>
  <message>
   <source>allocated to several nodes today</source>
   <translation>heute auf mehrere Standorte verteilt</translation>
  </message>
  <message>
   <source>another person</source>
   <translation>jemand anderes</translation>
  </message>
  <message>
   <source>any amount</source>
   <translation>jeder Betrag</translation>
  </message>
  <message>
   <source>approval revoked</source>
   <translation>Freigabe widerrufen</translation>
  </message>
  <message>
   <source>begin before {moment} ({left})</source>
   <translation>beginnen vor {moment} ({left})</translation>
  </message>
  <message>
   <source>being taken back</source>
   <translation>wird zurückgenommen</translation>
  </message>
  <message>
   <source>being worked on</source>
   <translation>in Arbeit</translation>
  </message>
  <message>
   <source>best so far {money}, {stage}</source>
   <translation>bisher bester {money}, {stage}</translation>
  </message>
  <message>
   <source>booked shipment</source>
   <translation>gebuchte Sendung</translation>
  </message>
  <message>
   <source>busiest {label}:00, {count}</source>
   <translation>am meisten {label}:00, {count}</translation>
  </message>
  <message>
   <source>can be proposed</source>
   <translation>kann vorgeschlagen werden</translation>
  </message>
  <message>
   <source>cannot reach {value}</source>
   <translation>nicht erreichbar: {value}</translation>
  </message>
  <message>
   <source>checked by the exact solver</source>
   <translation>vom exakten Löser geprüft</translation>
  </message>
  <message>
   <source>closed after {duration}</source>
   <translation>geschlossen nach {duration}</translation>
  </message>
  <message>
   <source>does not verify</source>
   <translation>stimmt nicht</translation>
  </message>
  <message>
   <source>done</source>
   <translation>fertig</translation>
  </message>
  <message>
   <source>down</source>
   <translation>gestört</translation>
  </message>
  <message>
   <source>due in {duration}</source>
   <translation>fällig in {duration}</translation>
  </message>
  <message>
   <source>due {moment}</source>
   <translation>fällig {moment}</translation>
  </message>
  <message>
   <source>edited</source>
   <translation>bearbeitet</translation>
  </message>
  <message>
   <source>effective {full_moment}</source>
   <translation>gültig ab {full_moment}</translation>
  </message>
  <message>
   <source>every {duration}</source>
   <translation>alle {duration}</translation>
  </message>
  <message>
   <source>exactly one row answers</source>
   <translation>genau eine Zeile antwortet</translation>
  </message>
  <message>
   <source>executed</source>
   <translation>ausgeführt</translation>
  </message>
  <message>
   <source>executing</source>
   <translation>läuft</translation>
  </message>
  <message>
   <source>expired</source>
   <translation>abgelaufen</translation>
  </message>
  <message>
   <source>failed</source>
   <translation>gescheitert</translation>
  </message>
  <message>
   <source>for the whole plan</source>
   <translation>im ganzen Plan</translation>
  </message>
  <message>
   <source>for {case}</source>
   <translation>für {case}</translation>
  </message>
  <message>
   <source>for {days}</source>
   <translation>für {days}</translation>
  </message>
  <message>
   <source>freight assumed on {lanes}</source>
   <translation>Fracht angenommen auf {lanes}</translation>
  </message>
  <message>
   <source>fresh</source>
   <translation>frisch</translation>
  </message>
  <message>
   <source>held back</source>
   <translation>gehalten</translation>
  </message>
  <message>
   <source>held: facts changed</source>
   <translation>angehalten: Fakten geändert</translation>
  </message>
  <message>
   <source>in doubt</source>
   <translation>ungewiss</translation>
  </message>
  <message>
   <source>in part</source>
   <translation>teilweise</translation>
  </message>
  <message>
   <source>in {time}</source>
   <translation>in {time}</translation>
  </message>
  <message>
   <source>invoice</source>
   <translation>Rechnung</translation>
  </message>
  <message>
   <source>item or customer unknown</source>
   <translation>mit unbekanntem Artikel oder Kunden</translation>
  </message>
  <message>
   <source>late by {duration}</source>
   <translation>{duration} zu spät</translation>
  </message>
  <message>
   <source>late {time}</source>
   <translation>{time} spät</translation>
  </message>
  <message>
   <source>leaves {day}, on time</source>
   <translation>ab {day}, pünktlich</translation>
  </message>
  <message>
   <source>leaves {day}, {late} d late</source>
   <translation>ab {day}, {late} T. spät</translation>
  </message>
  <message>
   <source>line {value}, column {value2}</source>
   <translation>Zeile {value}, Spalte {value2}</translation>
  </message>
  <message>
   <source>listed: click to leave them out</source>
   <translation>gelistet: Klick lässt sie weg</translation>
  </message>
  <message>
   <source>median {duration}  ·  90 % within {duration2}</source>
   <translation>Median {duration}  ·  90 % in {duration2}</translation>
  </message>
  <message>
   <source>median {duration}, {counted}</source>
   <translation>Median {duration}, {counted}</translation>
  </message>
  <message>
   <source>memory, for this session only</source>
   <translation>Arbeitsspeicher, nur für diese Sitzung</translation>
  </message>
  <message>
   <source>name = value, one a line</source>
   <translation>Name = Wert, eine je Zeile</translation>
  </message>
  <message>
   <source>never read</source>
   <translation>nie gelesen</translation>
  </message>
  <message>
   <source>newer text refused</source>
   <translation>neuerer Text verweigert</translation>
  </message>
  <message>
   <source>no column</source>
   <translation>keine Spalte</translation>
  </message>
  <message>
   <source>no plan costs less than {money}</source>
   <translation>kein Plan kostet weniger als {money}</translation>
  </message>
  <message>
   <source>nobody</source>
   <translation>niemand</translation>
  </message>
  <message>
   <source>none: approvals stay on this desk</source>
   <translation>keiner: Genehmigungen bleiben hier</translation>
  </message>
  <message>
   <source>none: those that ship are in force</source>
   <translation>keine: die mitgelieferten gelten</translation>
  </message>
  <message>
   <source>none; those of this desk are kept in: {place}</source>
   <translation>keine; die dieses Platzes liegen in: {place}</translation>
  </message>
  <message>
   <source>not begun</source>
   <translation>nicht begonnen</translation>
  </message>
  <message>
   <source>not listed: click to see them</source>
   <translation>nicht gelistet: Klick zeigt sie</translation>
  </message>
  <message>
   <source>not shipped in the scenario</source>
   <translation>geht im Szenario nicht</translation>
  </message>
  <message>
   <source>not shipped, {number} short</source>
   <translation>geht nicht, {number} fehlen</translation>
  </message>
  <message>
   <source>nothing is different</source>
   <translation>nichts ist anders</translation>
  </message>
  <message>
   <source>nothing takes it</source>
   <translation>niemand nimmt sie</translation>
  </message>
  <message>
   <source>nowhere</source>
   <translation>nirgends</translation>
  </message>
  <message>
   <source>older than 7 days</source>
   <translation>älter als 7 Tage</translation>
  </message>
  <message>
   <source>oldest {duration}</source>
   <translation>ältester {duration}</translation>
  </message>
  <message>
   <source>on demand</source>
   <translation>auf Wunsch</translation>
  </message>
  <message>
   <source>on time</source>
   <translation>pünktlich</translation>
  </message>
  <message>
   <source>one {scope}</source>
   <translation>je {scope}</translation>
  </message>
  <message>
   <source>online only</source>
   <translation>nur mit Verbindung</translation>
  </message>
  <message>
   <source>open exception</source>
   <translation>offene Ausnahme</translation>
  </message>
  <message>
   <source>open, {duration}</source>
   <translation>offen, {duration}</translation>
  </message>
  <message>
   <source>order</source>
   <translation>Auftrag</translation>
  </message>
  <message>
   <source>over {amount}</source>
   <translation>über {amount}</translation>
  </message>
  <message>
   <source>own</source>
   <translation>eigene</translation>
  </message>
  <message>
   <source>owner {owner}</source>
   <translation>zuständig {owner}</translation>
  </message>
  <message>
   <source>packaged</source>
   <translation>mitgeliefert</translation>
  </message>
  <message>
   <source>packed or on the way</source>
   <translation>gepackt oder unterwegs</translation>
  </message>
  <message>
   <source>partly done: look at it</source>
   <translation>teils ausgeführt: bitte ansehen</translation>
  </message>
  <message>
   <source>pick</source>
   <translation>Pick</translation>
  </message>
  <message>
   <source>priority</source>
   <translation>Rang</translation>
  </message>
  <message>
   <source>proof of delivery</source>
   <translation>Ablieferbeleg</translation>
  </message>
  <message>
   <source>proof verified</source>
   <translation>Beweis geprüft</translation>
  </message>
  <message>
   <source>proof verified, {witnesses} witnessed it</source>
   <translation>Beweis geprüft, {witnesses} bezeugen ihn</translation>
  </message>
  <message>
   <source>proposed</source>
   <translation>vorgeschlagen</translation>
  </message>
  <message>
   <source>proven better: the true difference lies between {least} and {most}</source>
   <translation>erwiesen besser: der wahre Unterschied liegt zwischen {least} und {most}</translation>
  </message>
  <message>
   <source>proven worse: the true difference lies between {least} and {most}</source>
   <translation>erwiesen schlechter: der wahre Unterschied liegt zwischen {least} und {most}</translation>
  </message>
  <message>
   <source>recorded</source>
   <translation>verzeichnet</translation>
  </message>
  <message>
   <source>refused by the hub</source>
   <translation>vom Hub verweigert</translation>
  </message>
  <message>
   <source>rejected</source>
   <translation>abgelehnt</translation>
  </message>
  <message>
   <source>row {row}</source>
   <translation>Zeile {row}</translation>
  </message>
  <message>
   <source>run from source</source>
   <translation>aus dem Quelltext</translation>
  </message>
  <message>
   <source>same cause</source>
   <translation>gleiche Ursache</translation>
  </message>
  <message>
   <source>same site</source>
   <translation>gleicher Standort</translation>
  </message>
  <message>
   <source>scenarios changed since: solve again</source>
   <translation>Szenarien seither geändert: neu berechnen</translation>
  </message>
  <message>
   <source>searching</source>
   <translation>sucht</translation>
  </message>
  <message>
   <source>sent back for changes</source>
   <translation>zur Änderung zurück</translation>
  </message>
  <message>
   <source>severity</source>
   <translation>Schwere</translation>
  </message>
  <message>
   <source>shipment</source>
   <translation>Sendung</translation>
  </message>
  <message>
   <source>ships from nowhere today</source>
   <translation>geht heute von nirgends</translation>
  </message>
  <message>
   <source>ships from {place} today already</source>
   <translation>geht heute schon von {place}</translation>
  </message>
  <message>
   <source>signed</source>
   <translation>signiert</translation>
  </message>
  <message>
   <source>signed, not yet recorded</source>
   <translation>signiert, noch nicht verzeichnet</translation>
  </message>
  <message>
   <source>signed, waits for the hub</source>
   <translation>signiert, wartet auf den Hub</translation>
  </message>
  <message>
   <source>silenced</source>
   <translation>still</translation>
  </message>
  <message>
   <source>since {moment}</source>
   <translation>seit {moment}</translation>
  </message>
  <message>
   <source>slow</source>
   <translation>langsam</translation>
  </message>
  <message>
   <source>supply</source>
   <translation>Zugang</translation>
  </message>
  <message>
   <source>table {table}</source>
   <translation>Tabelle {table}</translation>
  </message>
  <message>
   <source>taken back</source>
   <translation>zurückgenommen</translation>
  </message>
  <message>
   <source>the best answer of the rows that fit</source>
   <translation>die beste Antwort der passenden Zeilen</translation>
  </message>
  <message>
   <source>the first row that fits answers</source>
   <translation>die erste passende Zeile antwortet</translation>
  </message>
  <message>
   <source>the nearest node for every line</source>
   <translation>der nächste Standort für jede Position</translation>
  </message>
  <message>
   <source>the plan as it is, mended for it</source>
   <translation>der Plan, wie er ist, dafür ausgebessert</translation>
  </message>
  <message>
   <source>the profile's own</source>
   <translation>des Profils eigene</translation>
  </message>
  <message>
   <source>the true difference lies between {least} and {most}, so which is cheaper is not proven</source>
   <translation>der wahre Unterschied liegt zwischen {least} und {most}; was günstiger ist, ist nicht erwiesen</translation>
  </message>
  <message>
   <source>the whole plan</source>
   <translation>den ganzen Plan</translation>
  </message>
  <message>
   <source>unchanged {period}</source>
   <translation>unverändert {period}</translation>
  </message>
  <message>
   <source>version {version}</source>
   <translation>Version {version}</translation>
  </message>
  <message>
   <source>version {version}  ·  {counted}</source>
   <translation>Version {version}  ·  {counted}</translation>
  </message>
  <message>
   <source>version {version}  ·  {owner}</source>
   <translation>Version {version}  ·  {owner}</translation>
  </message>
  <message>
   <source>version {version} of {policy} stays in force</source>
   <translation>Fassung {version} von {policy} gilt weiter</translation>
  </message>
  <message>
   <source>vs 1 h ago</source>
   <translation>gegen vor 1 h</translation>
  </message>
  <message>
   <source>waiting for a decision</source>
   <translation>wartet auf Entscheidung</translation>
  </message>
  <message>
   <source>waits for the customer</source>
   <translation>wartet auf den Kunden</translation>
  </message>
  <message>
   <source>waits {span}</source>
   <translation>wartet {span}</translation>
  </message>
  <message>
   <source>what was in force stays in force</source>
   <translation>was galt, gilt weiter</translation>
  </message>
  <message>
   <source>without a promised time</source>
   <translation>ohne zugesagte Zeit</translation>
  </message>
  <message>
   <source>worked out here</source>
   <translation>hier ermittelt</translation>
  </message>
  <message>
   <source>younger than an hour</source>
   <translation>jünger als eine Stunde</translation>
  </message>
  <message>
   <source>zone {name}</source>
   <translation>Zone {name}</translation>
  </message>
  <message>
   <source>{action}  ·  begin {time_left}</source>
   <translation>{action}  ·  beginnen {time_left}</translation>
  </message>
  <message>
   <source>{action}  ·  too late for some since {time_left}</source>
   <translation>{action}  ·  für manche zu spät seit {time_left}</translation>
  </message>
  <message>
   <source>{age} ago</source>
   <translation>vor {age}</translation>
  </message>
  <message>
   <source>{age} old</source>
   <translation>{age} alt</translation>
  </message>
  <message>
   <source>{bookings} to make anew: {premium} premium freight, {late} later, {stranded} that nothing takes.</source>
   <translation>{bookings} neu zu machen: {premium} Mehrfracht, {late} später, {stranded} nimmt niemand.</translation>
  </message>
  <message>
   <source>{cases} marked</source>
   <translation>{cases} markiert</translation>
  </message>
  <message>
   <source>{case} assigned.</source>
   <translation>{case} zugewiesen.</translation>
  </message>
  <message>
   <source>{case} has no owner now.</source>
   <translation>{case} hat nun niemanden.</translation>
  </message>
  <message>
   <source>{case} marked as seen.</source>
   <translation>{case} als gesehen gemeldet.</translation>
  </message>
  <message>
   <source>{case} rests for {time}.</source>
   <translation>{case} ruht für {time}.</translation>
  </message>
  <message>
   <source>{case} rests until its money doubles.</source>
   <translation>{case} ruht, bis sich der Betrag verdoppelt.</translation>
  </message>
  <message>
   <source>{changes}  {count} open now  ·  {time}</source>
   <translation>{changes}  {count} jetzt offen  ·  {time}</translation>
  </message>
  <message>
   <source>{chosen} selected, {able} can be proposed</source>
   <translation>{chosen} gewählt, {able} vorzuschlagen</translation>
  </message>
  <message>
   <source>{code}  ·  {count} open now</source>
   <translation>{code}  ·  {count} jetzt offen</translation>
  </message>
  <message>
   <source>{counted} more</source>
   <translation>{counted} mehr</translation>
  </message>
  <message>
   <source>{counted} open {when}</source>
   <translation>{counted} offen {when}</translation>
  </message>
  <message>
   <source>{counted} pending sync</source>
   <translation>{counted} zu senden</translation>
  </message>
  <message>
   <source>{counted} queued</source>
   <translation>{counted} warten</translation>
  </message>
  <message>
   <source>{counted}: this would be refused</source>
   <translation>{counted}: das würde verweigert</translation>
  </message>
  <message>
   <source>{count} case</source>
   <translation>{count} Fall</translation>
  </message>
  <message>
   <source>{count} cases</source>
   <translation>{count} Fälle</translation>
  </message>
  <message>
   <source>{count} cases of four weeks  ·  as of {clock_with_zone}</source>
   <translation>{count} Fälle aus vier Wochen  ·  Stand {clock_with_zone}</translation>
  </message>
  <message>
   <source>{count} closed</source>
   <translation>{count} geschlossen</translation>
  </message>
  <message>
   <source>{count} hidden</source>
   <translation>{count} verborgen</translation>
  </message>
  <message>
   <source>{count} more refused.</source>
   <translation>{count} weitere abgewiesen.</translation>
  </message>
  <message>
   <source>{count} new exceptions: show them (R)</source>
   <translation>{count} neue Ausnahmen: zeigen (R)</translation>
  </message>
  <message>
   <source>{count} new · R</source>
   <translation>{count} neu · R</translation>
  </message>
  <message>
   <source>{count} of {count2} units</source>
   <translation>{count} von {count2} Stück</translation>
  </message>
  <message>
   <source>{count} open  ·  {moved} since {astimezone:%a %H:%M}</source>
   <translation>{count} offen  ·  {moved} seit {astimezone:%H:%M}</translation>
  </message>
  <message>
   <source>{count} shown{grouped}</source>
   <translation>{count} gezeigt{grouped}</translation>
  </message>
  <message>
   <source>{count} today{usual}</source>
   <translation>{count} heute{usual}</translation>
  </message>
  <message>
   <source>{count} without owner</source>
   <translation>{count} ohne Zuständige</translation>
  </message>
  <message>
   <source>{days} d</source>
   <translation>{days} T</translation>
  </message>
  <message>
   <source>{days} d {hours} h</source>
   <translation>{days} T {hours} h</translation>
  </message>
  <message>
   <source>{done} done, {failed} not</source>
   <translation>{done} erledigt, {failed} nicht</translation>
  </message>
  <message>
   <source>{duration} late</source>
   <translation>{duration} spät</translation>
  </message>
  <message>
   <source>{ended} after {time}</source>
   <translation>{ended} nach {time}</translation>
  </message>
  <message>
   <source>{good} rows can be taken in, {wrong} cannot.</source>
   <translation>{good} Zeilen können aufgenommen werden, {wrong} nicht.</translation>
  </message>
  <message>
   <source>{headline}. Arrows go through the bars.</source>
   <translation>{headline}. Pfeile gehen durch die Balken.</translation>
  </message>
  <message>
   <source>{headline}. Arrows go through the cells.</source>
   <translation>{headline}. Pfeile gehen durch die Zellen.</translation>
  </message>
  <message>
   <source>{lines}  ·  {count} with open exceptions</source>
   <translation>{lines}  ·  {count} mit offenen Ausnahmen</translation>
  </message>
  <message>
   <source>{lines} flip, {moved} to other nodes</source>
   <translation>{lines} ändern sich, {moved} wechseln den Standort</translation>
  </message>
  <message>
   <source>{lines} of now can be planned.</source>
   <translation>Planbar sind jetzt {lines}.</translation>
  </message>
  <message>
   <source>{lines} of {orders}, {days}</source>
   <translation>{lines} aus {orders}, {days}</translation>
  </message>
  <message>
   <source>{moment} here
{there} in {site}</source>
   <translation>{moment} hier
{there} in {site}</translation>
  </message>
  <message>
   <source>{moment}, as in {site}</source>
   <translation>{moment}, wie in {site}</translation>
  </message>
  <message>
   <source>{money} better than the runner-up, {other}.</source>
   <translation>{money} besser als die zweite Wahl, {other}.</translation>
  </message>
  <message>
   <source>{name}  ·  dashed: carries more than in the baseline</source>
   <translation>{name}  ·  gestrichelt: trägt mehr als im Ist-Stand</translation>
  </message>
  <message>
   <source>{name}  ·  {customer}</source>
   <translation>{name}  ·  {customer}</translation>
  </message>
  <message>
   <source>{name}  ·  {number} of {worlds}  ·  {words}</source>
   <translation>{name}  ·  {number} von {worlds}  ·  {words}</translation>
  </message>
  <message>
   <source>{name} (me)</source>
   <translation>{name} (ich)</translation>
  </message>
  <message>
   <source>{name} now costs {delta} against the last solve.</source>
   <translation>{name} kostet jetzt {delta} gegenüber der letzten Berechnung.</translation>
  </message>
  <message>
   <source>{name}, kept in: {place}</source>
   <translation>{name}, verwahrt in: {place}</translation>
  </message>
  <message>
   <source>{name}, {role}; switch person</source>
   <translation>{name}, {role}; Person wechseln</translation>
  </message>
  <message>
   <source>{number} % more demand</source>
   <translation>{number} % mehr Nachfrage</translation>
  </message>
  <message>
   <source>{number} % more demand in {subject}</source>
   <translation>{number} % mehr Nachfrage in {subject}</translation>
  </message>
  <message>
   <source>{number} approvers</source>
   <translation>{number} Genehmiger</translation>
  </message>
  <message>
   <source>{number} bookings</source>
   <translation>{number} Buchungen</translation>
  </message>
  <message>
   <source>{number} cases</source>
   <translation>{number} Fälle</translation>
  </message>
  <message>
   <source>{number} changes</source>
   <translation>{number} Änderungen</translation>
  </message>
  <message>
   <source>{number} clusters</source>
   <translation>{number} Gruppen</translation>
  </message>
  <message>
   <source>{number} customers</source>
   <translation>{number} Kunden</translation>
  </message>
  <message>
   <source>{number} d late</source>
   <translation>{number} T. spät</translation>
  </message>
  <message>
   <source>{number} days</source>
   <translation>{number} Tage</translation>
  </message>
  <message>
   <source>{number} devices</source>
   <translation>{number} Geräten</translation>
  </message>
  <message>
   <source>{number} lanes</source>
   <translation>{number} Strecken</translation>
  </message>
  <message>
   <source>{number} late orders</source>
   <translation>{number} späte Aufträge</translation>
  </message>
  <message>
   <source>{number} lines</source>
   <translation>{number} Positionen</translation>
  </message>
  <message>
   <source>{number} new ones</source>
   <translation>{number} neue</translation>
  </message>
  <message>
   <source>{number} open order lines</source>
   <translation>{number} offene Auftragszeilen</translation>
  </message>
  <message>
   <source>{number} open units</source>
   <translation>{number} Stück offen</translation>
  </message>
  <message>
   <source>{number} orders</source>
   <translation>{number} Aufträge</translation>
  </message>
  <message>
   <source>{number} pages</source>
   <translation>{number} Seiten</translation>
  </message>
  <message>
   <source>{number} problems</source>
   <translation>{number} Fehler</translation>
  </message>
  <message>
   <source>{number} proposals</source>
   <translation>{number} Vorschläge</translation>
  </message>
  <message>
   <source>{number} proposed</source>
   <translation>{number} vorgeschlagen</translation>
  </message>
  <message>
   <source>{number} records</source>
   <translation>{number} Datensätze</translation>
  </message>
  <message>
   <source>{number} refused</source>
   <translation>{number} abgelehnt</translation>
  </message>
  <message>
   <source>{number} rows</source>
   <translation>{number} Zeilen</translation>
  </message>
  <message>
   <source>{number} scenarios fit side by side: delete one first.</source>
   <translation>{number} Szenarien passen nebeneinander: zuerst eines löschen.</translation>
  </message>
  <message>
   <source>{number} short</source>
   <translation>{number} fehlen</translation>
  </message>
  <message>
   <source>{number} sources</source>
   <translation>{number} Quellen</translation>
  </message>
  <message>
   <source>{number} times</source>
   <translation>{number} Mal</translation>
  </message>
  <message>
   <source>{number} {why} left out</source>
   <translation>{number} {why} weggelassen</translation>
  </message>
  <message>
   <source>{order_number}  ·  line {position}
{sku}</source>
   <translation>{order_number}  ·  Zeile {position}
{sku}</translation>
  </message>
  <message>
   <source>{order_number} line {position}, {sku}: {stages}</source>
   <translation>{order_number} Zeile {position}, {sku}: {stages}</translation>
  </message>
  <message>
   <source>{pages} sent to the printer.</source>
   <translation>{pages} an den Drucker gesandt.</translation>
  </message>
  <message>
   <source>{policy_id}  ·  version {version}  ·  {whose}</source>
   <translation>{policy_id}  ·  Version {version}  ·  {whose}</translation>
  </message>
  <message>
   <source>{proposals}, {total} in all</source>
   <translation>{proposals}, zusammen {total}</translation>
  </message>
  <message>
   <source>{selected} selected of {count}</source>
   <translation>{selected} gewählt von {count}</translation>
  </message>
  <message>
   <source>{service} asks {money}, but would come {days} later; that costs more than it saves.</source>
   <translation>{service} verlangt {money}, käme aber {days} später; das kostet mehr, als es spart.</translation>
  </message>
  <message>
   <source>{service} asks {money}, {delta} against the booking.</source>
   <translation>{service} verlangt {money}, {delta} gegenüber der Buchung.</translation>
  </message>
  <message>
   <source>{shown} of {total} rows  ·  page {page} of {pages}</source>
   <translation>{shown} von {total} Zeilen  ·  Seite {page} von {pages}</translation>
  </message>
  <message>
   <source>{span} without the hub</source>
   <translation>{span} ohne Hub</translation>
  </message>
  <message>
   <source>{start} until {end}</source>
   <translation>{start} bis {end}</translation>
  </message>
  <message>
   <source>{subject} closed {lasts}</source>
   <translation>{subject} {lasts} geschlossen</translation>
  </message>
  <message>
   <source>{subject}: penalties at {number} %</source>
   <translation>{subject}: Strafen zu {number} %</translation>
  </message>
  <message>
   <source>{text}, {badge} waiting</source>
   <translation>{text}, {badge} warten</translation>
  </message>
  <message>
   <source>{time} ago</source>
   <translation>vor {time}</translation>
  </message>
  <message>
   <source>{title}
Click to show the others again</source>
   <translation>{title}
Klick zeigt die anderen wieder</translation>
  </message>
  <message>
   <source>{title} (UTC)</source>
   <translation>{title} (UTC)</translation>
  </message>
  <message>
   <source>{title} (cause)</source>
   <translation>{title} (Ursache)</translation>
  </message>
  <message>
   <source>{title}, as a table</source>
   <translation>{title}, als Tabelle</translation>
  </message>
  <message>
   <source>{value:,} cases</source>
   <translation>{value:,} Fälle</translation>
  </message>
  <message>
   <source>{value}  ·  bound {money_short}  ·  gap {percent}  ·  {time}</source>
   <translation>{value}  ·  Schranke {money_short}  ·  Lücke {percent}  ·  {time}</translation>
  </message>
  <message>
   <source>{value}  ·  code {digest_code}</source>
   <translation>{value}  ·  Code {digest_code}</translation>
  </message>
  <message>
   <source>{value}  ·  opened {opened}</source>
   <translation>{value}  ·  eröffnet {opened}</translation>
  </message>
  <message>
   <source>{value} and {value2}</source>
   <translation>{value} und {value2}</translation>
  </message>
  <message>
   <source>{value} other types</source>
   <translation>{value} weitere Typen</translation>
  </message>
  <message>
   <source>{value} theme</source>
   <translation>Farben {value}</translation>
  </message>
  <message>
   <source>{value} until {moment}</source>
   <translation>{value} bis {moment}</translation>
  </message>
  <message>
   <source>{whom} as {roles}</source>
   <translation>{whom} als {roles}</translation>
  </message>
  <message>
   <source>{who} approved it at {when}: {why}</source>
   <translation>{who} gab es um {when} frei: {why}</translation>
  </message>
  <message>
   <source>{who} asked for changes at {when}: {why}</source>
   <translation>{who} bat um {when} um Änderungen: {why}</translation>
  </message>
  <message>
   <source>{who} rejected it at {when}: {why}</source>
   <translation>{who} lehnte es um {when} ab: {why}</translation>
  </message>
  <message>
   <source>{who} revoked the approval at {when}: {why}</source>
   <translation>{who} widerrief die Freigabe um {when}: {why}</translation>
  </message>
  <message>
   <source>{who}, entry {number}</source>
   <translation>{who}, Eintrag {number}</translation>
  </message>
  <message>
   <source>{words}  ·  data of {time}</source>
   <translation>{words}  ·  Daten von {time}</translation>
  </message>
  <message>
   <source>{words}; the dearest {count} listed</source>
   <translation>{words}; die teuersten {count} gelistet</translation>
  </message>
  <message>
   <source>{word}: {value:,} {value2} on the map</source>
   <translation>{word}: {value:,} {value2} auf der Karte</translation>
  </message>
 </context>
</TS>
