# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Japanese, code page 932: no text is captured.

All are worded as that Windows would say it (marks in docs/evidence.md). Nothing may rest on their words.
"""

from __future__ import annotations

from lab.languages import Language

_TOOLS = {
    "cmd.could_not_find": "{path} が見つかりませんでした",
    "cmd.copied": "        {count} 個のファイルをコピーしました。",
    "cmd.file_not_found": "ファイルが見つかりません",
    "cmd.unknown_command": (
        "'{name}' は、内部コマンドまたは外部コマンド、\r\n"
        "操作可能なプログラムまたはバッチ ファイルとして認識されていません。"
    ),
    "chcp.active": "現在のコード ページ: {number}",
    "reg.error": "エラー: {text}",
    "reg.disabled": "エラー: レジストリの編集は、管理者によって使用不可にされています。",
    "reg.not_found": "エラー: 指定されたレジストリ キーまたは値が見つかりませんでした。",
    "reg.default": "(既定)",
    "reg.found": "検索の完了: {count} 件検出しました。",
    "netstat.title": "アクティブな接続",
    "netstat.columns": "  プロトコル  ローカル アドレス      外部アドレス           状態",
    "netsh.failed_add": "SSL 証明書を追加できませんでした。エラー: {code}",
    "netsh.failed_deletion": "SSL 証明書を削除できませんでした。エラー: {code}",
    "netsh.added": "SSL 証明書を正常に追加しました",
    "netsh.deleted": "SSL 証明書を正常に削除しました",
    "net.system_error": "システム エラー {code} が発生しました。",
    "net.started": "{service} サービスは正常に開始されました。",
    "net.stopped": "{service} サービスは正常に停止されました。",
}
_CERTREQ = {
    "certreq.failed": "証明書要求プロセッサ: {text} {code}",
    "certreq.policy": "Active Directory 登録ポリシー",
    "certreq.created": "CertReq: 要求が作成されました",
    "certreq.installed": "インストールされた証明書:",
    "certreq.serial": "  シリアル番号: {serial}",
    "certreq.subject": "  サブジェクト: {subject}",
    "certreq.thumbprint": "  拇印: {thumbprint}",
    "certreq.request_id": "要求 ID: {number}",
    "certreq.quoted_request_id": '要求 ID: "{number}"',
    "certreq.pending": "証明書の要求は保留中です: {message} (0)",
    "certreq.denied": "証明書は発行されませんでした (拒否) {message}",
    "certreq.error": "証明書は発行されませんでした (エラー) {message}",
    "certreq.issued": "証明書が取得されました(発行済み) {message}",
}
_CERTUTIL = {
    "certutil.completed": "CertUtil: -{verb} コマンドは正常に完了しました。",
    "certutil.failed": "CertUtil: -{verb} コマンド エラーです: {code}",
    "certutil.input_length": "入力長 = {size}",
    "certutil.output_length": "出力長 = {size}",
    "certutil.hash": "証明書ハッシュ(sha1): {digest}",
    "certutil.in_store": '証明書 "{subject}" は既にストアに存在します。',
    "certutil.added": '証明書 "{subject}" がストアに追加されました。',
    "certutil.deleting": "証明書 {index} を削除しています",
    "certutil.offered": "{name}: {title} -- 自動登録: アクセスが拒否されました。",
    "view.schema": "スキーマ:",
    "view.row": "行 {number}:",
    "view.maximum": "行インデックスの最大値: {rows}",
    "view.rows": "{rows} 行",
    "view.properties": "{count:4} 行のプロパティ, 合計サイズ = {size}, 最大サイズ = 4, 平均サイズ = 4",
    "view.attributes": "   0 要求の属性, 合計サイズ = 0, 最大サイズ = 0, 平均サイズ = 0",
    "view.extensions": "   0 証明書の拡張機能, 合計サイズ = 0, 最大サイズ = 0, 平均サイズ = 0",
    "view.fields": "{count:4} フィールドの合計, 合計サイズ = {size}, 最大サイズ = 4, 平均サイズ = 4",
    "view.empty": "空",
    "column.request.requestid": "要求 ID",
    "column.request.rawrequest": "バイナリ要求",
    "column.request.disposition": "要求の処理",
    "column.request.statuscode": "要求の状態コード",
}
_CA = {
    "template.policy": "  Name: Active Directory 登録ポリシー",
    "template.id": "  Id: {{B3A1C2D4-5E6F-4A7B-8C9D-0E1F2A3B4C5D}}",
    "template.count": "{count} テンプレート:",
    "template.object_ids": "{count} オブジェクト ID:",
    "template.usage": "サーバー認証",
    "template.allow": "    登録を許可\t{holder}",
    "whoami.group": "グループ",
    "whoami.known": "よく知られたグループ",
    "whoami.attributes": "必須のグループ, 既定で有効, 有効なグループ",
    "ca.disposition_9": "保留中",
    "ca.disposition_20": "発行済み",
    "ca.disposition_21": "失効済み",
    "ca.disposition_30": "エラー",
    "ca.disposition_31": "拒否",
    "ca.issued": "発行済み",
    "ca.resubmitted": "発行済み  {manager} によって再送信されました",
    "ca.submitted": "保留中",
    "ca.denied_by_policy": "ポリシー モジュールによって拒否されました",
    "ca.denied_by": "{manager} によって拒否されました",
}
_ERRORS = {
    0: "この操作を正しく終了しました。",
    2: "指定されたファイルが見つかりません。",
    5: "アクセスが拒否されました。",
    87: "パラメーターが間違っています。",
    0x80092004: "オブジェクトまたはプロパティが見つかりません。",
    0x80094014: "要求は証明書マネージャーまたは CA 管理者によって拒否されました。",
}

LANGUAGE = Language(
    tag="ja-JP",
    number=1041,
    locale="0411",
    moment="{0:%Y/%m/%d %H:%M}",
    code_page=932,
    texts={**_TOOLS, **_CERTREQ, **_CERTUTIL, **_CA},
    errors=_ERRORS,
)
