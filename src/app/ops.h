/* SPDX-License-Identifier: Apache-2.0 */
/* ops.h: where the rows of the table of operations stand: one array a file, name NULL at its end. */
#pragma once

#include "app/op.h"

extern const struct op ops_system[];   /* app/op_system.c: health, agency, settings, ledger, backup */
extern const struct op ops_people[];   /* app/op_people.c: accounts, divisions, sessions */
extern const struct op ops_register[]; /* app/op_register.c: the register of information systems */
extern const struct op ops_stat[];     /* app/op_stat.c: figures of a period on a page */
extern const struct op ops_periodic[]; /* app/op_periodic.c: the same, Mẫu 05 and the yearly plan as files */
extern const struct op ops_report[];   /* app/op_report.c: reports and the reporter's page */
extern const struct op ops_incident[]; /* app/op_incident.c: open, show, take, links, access */
extern const struct op ops_incident_list[]; /* app/op_incident_list.c */
extern const struct op ops_erase[];    /* app/op_erase.c: personal data erased by order */
extern const struct op ops_advance[];  /* app/op_advance.c: from step to step, dismiss, reopen */
extern const struct op ops_triage[];   /* app/op_triage.c: questions, scores */
extern const struct op ops_playbook[]; /* app/op_playbook.c: plans, their approval, their use */
extern const struct op ops_playbook_text[]; /* app/op_playbook_text.c: edited, in force, withdrawn */
extern const struct op ops_playbook_compare[]; /* app/op_playbook_compare.c: what differs */
extern const struct op ops_playbook_print[]; /* app/op_playbook_print.c: as a paper */
extern const struct op ops_check[];    /* app/op_check.c: the check of the whole system */
extern const struct op ops_task[];     /* app/op_task.c: what is to be done */
extern const struct op ops_direction[]; /* app/op_direction.c: asked of the leadership, and answered */
extern const struct op ops_probe[];    /* app/op_probe.c: proofs that are run again and again */
extern const struct op ops_evidence[]; /* app/op_evidence.c: entered, checked, handed out, disposed of */
extern const struct op ops_hunt[];     /* app/op_hunt.c: logs searched for signs of an attack */
extern const struct op ops_custody[];  /* app/op_custody.c: from hand to hand */
extern const struct op ops_scope[];    /* app/op_scope.c: what is touched */
extern const struct op ops_observable[]; /* app/op_observable.c: signs of an attack */
extern const struct op ops_alert[];    /* app/op_alert.c: listed, grouped, shown, their rules */
extern const struct op ops_alert_act[]; /* app/op_alert_act.c: acknowledged, judged, into incidents */
extern const struct op ops_alert_mute[]; /* app/op_alert_mute.c: hidden for a time, with a reason */
extern const struct op ops_alert_hive[]; /* app/op_alert_hive.c: as TheHive's clients send them, with files */
extern const struct op ops_alert_take[]; /* app/op_alert_take.c: handed in by other programs */
extern const struct op ops_key[];      /* app/op_key.c: keys of those programs */
extern const struct op ops_review[];   /* app/op_review.c: lessons, corrective actions */
extern const struct op ops_duty[];     /* app/op_duty.c: what is owed to others */
extern const struct op ops_calendar[]; /* app/op_calendar.c: everything that is due, days off */
extern const struct op ops_regulation[]; /* app/op_regulation.c: which law holds here, which leads */
extern const struct op ops_timeline[]; /* app/op_timeline.c: all that happened, notes */
extern const struct op ops_search[];   /* app/op_search.c: search, changes */
extern const struct op ops_today[];    /* app/op_today.c: what to do now, deadlines */
extern const struct op ops_ledger[];   /* app/op_ledger.c: verify, checkpoint, list */
extern const struct op ops_dossier[];  /* app/op_dossier.c: a case as one archive */

extern const struct op ops_form[];     /* app/op_form.c: the official forms */
extern const struct op ops_document[]; /* app/op_document.c: papers read, edited, compared */
extern const struct op ops_document_draft[]; /* app/op_document_draft.c: papers made from the case */
extern const struct op ops_document_step[]; /* app/op_document_step.c: from draft to issued */
extern const struct op ops_document_send[]; /* app/op_document_send.c: to whom it went, and who said so */
extern const struct op ops_document_file[]; /* app/op_document_file.c: a paper as a file */
extern const struct op ops_contact[];  /* app/op_contact.c: to whom papers go, own points of contact */
extern const struct op ops_incoming[]; /* app/op_incoming.c: orders and warnings from authorities */
extern const struct op ops_escalation[]; /* app/op_escalation.c: others asked for help */
extern const struct op ops_personal[]; /* app/op_personal.c: personal data, the national process */
extern const struct op ops_rules[];    /* app/op_rules.c: editions of detection rules */

extern const struct op *const ops_sections[]; /* app/ops.c; NULL at the end */
