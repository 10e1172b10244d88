# Copyright: (c) 2026, The ucops.rollout developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a script with tree-sitter's grammar of PowerShell into a small tree. The library is imported here alone."""

from __future__ import annotations

import re
from typing import Any

import tree_sitter
import tree_sitter_powershell

from lab.powershell.spelling import Spelled, spelled

_LANGUAGE = tree_sitter.Language(tree_sitter_powershell.language())
# Nodes that stand for their only child.
_LAYERS = {
    "logical_expression", "bitwise_expression", "comparison_expression", "additive_expression",
    "multiplicative_expression", "format_expression", "range_expression", "array_literal_expression",
    "unary_expression", "argument_expression", "logical_argument_expression", "bitwise_argument_expression",
    "comparison_argument_expression", "additive_argument_expression", "multiplicative_argument_expression",
    "format_argument_expression", "range_argument_expression", "expression_with_unary_operator", "string_literal",
    "integer_literal", "left_assignment_expression", "for_initializer", "for_condition", "for_iterator",
    "while_condition", "label_expression", "command_name_expr", "switch_filename", "key_expression",
}  # fmt: skip
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": "", "\r": ""}
_MULTIPLES = {"kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}
# What came with a later version than 2.0: {operator: version}.
LATER_OPERATORS = {"-in": 3, "-notin": 3, "-shl": 3, "-shr": 3, "-inotin": 3}
_LATER_STATEMENTS = {"class_statement": 5, "enum_statement": 5}


class Syntax:
    """A piece of a script: `kind`, where it stands (start and end in the script), and fields by name."""

    __slots__ = ("kind", "start", "end", "_fields")

    def __init__(self, kind: str, start: int, end: int, **fields: Any) -> None:
        self.kind, self.start, self.end, self._fields = kind, start, end, fields

    def __getattr__(self, name: str) -> Any:
        try:
            return self._fields[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(f'{key}={value!r}' for key, value in self._fields.items())})"


class NotUnderstood(Exception):
    """The script breaks the grammar: `error_id` as PowerShell names it, and the place in the script."""

    def __init__(self, message: str, error_id: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.error_id, self.start, self.end = message, error_id, start, end


def parse(source: str, version: int) -> Syntax:
    """The script as a node `script`. `version` is PowerShell's major version. Raises NotUnderstood."""
    return _ScriptReader(source, version).read()


class _ScriptReader:
    def __init__(self, source: str, version: int) -> None:
        self.source, self.version = source, version
        self.spelled: Spelled = spelled(source)
        self.text = self.spelled.text.encode("utf-8")
        self._ascii = self.text.isascii()

    # --- the tree ----------------------------------------------------------------------------------------------------

    def read(self) -> Syntax:
        tree = tree_sitter.Parser(_LANGUAGE).parse(self.text)
        if tree.root_node.has_error:
            self.fail(self.first_error(tree.root_node))
        return self.script(tree.root_node)

    def first_error(self, node: Any) -> Any:
        if node.is_missing or node.type == "ERROR":
            inner = [one for one in node.children if one.has_error]
            return self.first_error(inner[0]) if inner else node
        return self.first_error(next(one for one in node.children if one.has_error))

    def fail(self, node: Any) -> None:
        start, end = self.place(node)
        if node.is_missing:
            text = f"Missing closing '{node.type}' in statement block or type definition."
            raise NotUnderstood(text, "MissingEndCurlyBrace" if node.type == "}" else "MissingToken", start, end)
        shown = self.source[start:end].strip().split("\n")[0][:60]
        raise NotUnderstood(f"Unexpected token '{shown}' in expression or statement.", "UnexpectedToken", start, end)

    def character(self, offset: int) -> int:
        at = offset if self._ascii else len(self.text[:offset].decode("utf-8", "ignore"))
        return self.spelled.origin[min(at, len(self.spelled.origin) - 1)]

    def place(self, node: Any) -> tuple[int, int]:
        """Start and end in the script as it was written, without the blanks that some nodes begin with."""
        raw = node.text.decode("utf-8")
        ahead = len(raw) - len(raw.lstrip())
        start, end = self.character(node.start_byte + ahead), self.character(node.end_byte)
        return start, max(start, end)

    def raw(self, node: Any) -> str:
        text: str = node.text.decode("utf-8")
        return text.strip()

    def node(self, kind: str, of: Any, **fields: Any) -> Syntax:
        start, end = self.place(of)
        return Syntax(kind, start, end, **fields)

    def children(self, node: Any, *kinds: str) -> list[Any]:
        return [one for one in node.named_children if one.type != "comment" and (not kinds or one.type in kinds)]

    def child(self, node: Any, *kinds: str) -> Any:
        found = self.children(node, *kinds)
        return found[0] if found else None

    # --- scripts, blocks, functions ----------------------------------------------------------------------------------

    def script(self, node: Any, parameters: list[Syntax] | None = None) -> Syntax:
        """A program, a function or a script block: parameters and named blocks, `end` by itself."""
        blocks: dict[str, Syntax | None] = {"begin_block": None, "process_block": None, "end_block": None}
        found = list(parameters or [])
        for holder in self.holders(node):
            for one in self.children(holder):
                if one.type == "param_block":
                    found += self.parameters(self.child(one, "parameter_list"))
                elif one.type == "statement_list":
                    blocks["end_block"] = self.block(one)
                elif one.type == "named_block_list":
                    for named in self.children(one):
                        name = f"{self.raw(named.children[0]).lower()}_block"
                        blocks[name] = self.block(self.child(named, "statement_block"))
        return self.node("script", node, parameters=found, **blocks)

    def holders(self, node: Any) -> list[Any]:
        inner = self.children(node, "script_block", "script_block_body")
        return [node, *(deeper for one in inner for deeper in self.holders(one))]

    def parameters(self, node: Any) -> list[Syntax]:
        return [self.parameter(one) for one in self.children(node, "script_parameter")] if node is not None else []

    def parameter(self, node: Any) -> Syntax:
        kind, mandatory, attributes = None, False, self.child(node, "attribute_list")
        options: dict[str, Any] = {}
        for one in self.children(attributes, "attribute") if attributes is not None else []:
            literal = self.child(one, "type_literal")
            if literal is not None:
                kind = self.type_name(literal)
            else:
                name = self.raw(self.child(one, "attribute_name")).lower()
                options[name] = self.attribute(one)
        parameter = options.get("parameter", {})
        mandatory = str(parameter.get("mandatory", "")).lower() in ("$true", "true", "1")
        given = self.child(node, "script_parameter_default")
        return self.node(
            "parameter", node, name=self.raw(self.child(node, "variable"))[1:], type=kind, mandatory=mandatory,
            options=options, default=None if given is None else self.expression(self.children(given)[0]),
        )  # fmt: skip

    def attribute(self, node: Any) -> dict[str, Any]:
        """Arguments of an attribute: named ones by their names, the others under `values`."""
        found: dict[str, Any] = {"values": []}
        held = self.child(node, "attribute_arguments")
        for one in self.children(held, "attribute_argument") if held is not None else []:
            name = self.child(one, "simple_name")
            parts = [part for part in self.children(one) if part.type != "simple_name"]
            text = self.raw(parts[0]) if parts else "true"
            if name is not None:
                found[self.raw(name).lower()] = text
            else:
                found["values"].append(text.strip("'\""))
                found.setdefault(text.strip("'\"").lower(), "true")
        return found

    def block(self, node: Any) -> Syntax:
        """A node `block` with its statements, of a statement block or a list of statements."""
        if node is not None and node.type == "statement_block":
            inner = self.child(node, "statement_list")
            return self.node("block", node, statements=[] if inner is None else self.block(inner).statements)
        statements, label = [], ""
        for one in self.children(node):
            if one.type == "label":
                label = self.raw(one)[1:]
            elif one.type != "empty_statement":
                statements.append(self.statement(one, label))
                label = ""
        return self.node("block", node, statements=statements)

    # --- statements --------------------------------------------------------------------------------------------------

    def statement(self, node: Any, label: str = "") -> Syntax:
        if node.type in _LATER_STATEMENTS and self.version < _LATER_STATEMENTS[node.type]:
            self.fail(node)
        reader = getattr(self, f"read_{node.type}", None)
        if reader is None:
            start, end = self.place(node)
            raise NotUnderstood(f"lab: the statement {node.type} is not modelled", "NotModelled", start, end)
        made: Syntax = reader(node, label) if node.type in _LOOPS else reader(node)
        return made

    def read_if_statement(self, node: Any) -> Syntax:
        clauses = [(self.condition(node), self.block(self.child(node, "statement_block")))]
        more = self.child(node, "elseif_clauses")
        for one in self.children(more, "elseif_clause") if more is not None else []:
            clauses.append((self.condition(one), self.block(self.child(one, "statement_block"))))
        other = self.child(node, "else_clause")
        otherwise = None if other is None else self.block(self.child(other, "statement_block"))
        return self.node("if", node, clauses=clauses, otherwise=otherwise)

    def condition(self, node: Any) -> Syntax:
        held = node.child_by_field_name("condition")
        return self.statement(held) if held.type == "pipeline" else self.statement(self.children(held)[0])

    def read_while_statement(self, node: Any, label: str) -> Syntax:
        body = self.block(self.child(node, "statement_block"))
        return self.node("while", node, condition=self.condition(node), body=body, label=label)

    def read_do_statement(self, node: Any, label: str) -> Syntax:
        until = any(one.type.lower() == "until" for one in node.children)
        body = self.block(self.child(node, "statement_block"))
        return self.node("do", node, condition=self.condition(node), body=body, until=until, label=label)

    def read_for_statement(self, node: Any, label: str) -> Syntax:
        parts = {
            name: self.statement(self.children(held)[0])
            for name in ("for_initializer", "for_condition", "for_iterator")
            if (held := self.child(node, name)) is not None
        }
        return self.node(
            "for", node, body=self.block(self.child(node, "statement_block")), label=label,
            first=parts.get("for_initializer"), condition=parts.get("for_condition"), each=parts.get("for_iterator"),
        )  # fmt: skip

    def read_foreach_statement(self, node: Any, label: str) -> Syntax:
        return self.node(
            "foreach", node, variable=self.variable(self.child(node, "variable")), label=label,
            value=self.statement(self.child(node, "pipeline")), body=self.block(self.child(node, "statement_block")),
        )  # fmt: skip

    def read_switch_statement(self, node: Any, label: str) -> Syntax:
        held = self.child(node, "switch_parameters")
        flags = {self.raw(one).lower() for one in self.children(held)} if held is not None else set()
        condition = self.child(node, "switch_condition")
        body = self.child(self.child(node, "switch_body"), "switch_clauses")
        clauses = [self.clause(one) for one in self.children(body, "switch_clause")] if body is not None else []
        value = self.statement(self.child(condition, "pipeline"))
        return self.node("switch", node, flags=flags, value=value, clauses=clauses, label=label)

    def clause(self, node: Any) -> tuple[Syntax | None, Syntax]:
        condition = self.child(node, "switch_clause_condition")
        held = self.children(condition)
        block = self.block(self.child(node, "statement_block"))
        if held:
            return self.expression(held[0]), block
        text = self.raw(condition)
        if text.lower() == "default":
            return None, block
        return self.inner(text, condition), block

    def inner(self, text: str, of: Any) -> Syntax:
        """A token that the grammar gives as it stands: a string, a number, or a bareword."""
        start, end = self.place(of)
        if text[:1] in "'\"$":
            held = parse(text, self.version).end_block
            if held is not None and held.statements:
                first: Syntax = held.statements[0]
                return first
        number = _number(text)
        return (
            Syntax("string", start, end, value=text) if number is None else Syntax("number", start, end, value=number)
        )

    def read_try_statement(self, node: Any) -> Syntax:
        catches = []
        held = self.child(node, "catch_clauses")
        for one in self.children(held, "catch_clause") if held is not None else []:
            types = self.child(one, "catch_type_list")
            names = [self.type_name(kind) for kind in self.children(types, "type_literal")] if types is not None else []
            catches.append((names, self.block(self.child(one, "statement_block"))))
        last = self.child(node, "finally_clause")
        finally_block = None if last is None else self.block(self.child(last, "statement_block"))
        body = self.block(self.child(node, "statement_block"))
        return self.node("try", node, body=body, catches=catches, last=finally_block)

    def read_trap_statement(self, node: Any) -> Syntax:
        held = self.child(node, "type_literal")
        kind = None if held is None else self.type_name(held)
        return self.node("trap", node, type=kind, body=self.block(self.child(node, "statement_block")))

    def read_flow_control_statement(self, node: Any) -> Syntax:
        kind = self.raw(node.children[0]).lower()
        held = self.child(node, "pipeline")
        label = self.child(node, "label_expression")
        name = self.raw(label).lstrip(":").strip("'\"") if label is not None else ""
        return self.node("flow", node, word=kind, value=None if held is None else self.statement(held), label=name)

    def read_function_statement(self, node: Any) -> Syntax:
        name = self.raw(self.child(node, "function_name"))
        declared = self.child(node, "function_parameter_declaration")
        parameters = self.parameters(self.child(declared, "parameter_list")) if declared is not None else []
        body = self.script(node, parameters)
        is_filter = self.raw(node.children[0]).lower() == "filter"
        return self.node("function", node, name=name, body=body, filter=is_filter)

    def read_pipeline(self, node: Any) -> Syntax:
        held = self.children(node)
        if len(held) == 1 and held[0].type == "assignment_expression":
            return self.read_assignment(held[0])
        if len(held) != 1 or held[0].type != "pipeline_chain":
            self.fail(node)
        elements = [
            self.command(one) if one.type == "command" else self.expression(one)
            for one in self.children(held[0])
            if one.type not in ("redirections",)
        ]
        redirections: list[Syntax] = [
            self.redirection(inner) for one in self.children(held[0], "redirections") for inner in self.children(one)
        ]
        if len(elements) == 1 and not redirections and elements[0].kind != "command":
            return self.node("pipeline", node, elements=elements, redirections=[])
        return self.node("pipeline", node, elements=elements, redirections=redirections)

    def read_assignment(self, node: Any) -> Syntax:
        target = self.expression(self.child(node, "left_assignment_expression"))
        operator = self.raw(self.child(node, "assignement_operator"))
        value = self.statement(node.child_by_field_name("value"))
        return self.node("assign", node, target=target, operator=operator, value=value)

    # --- commands ----------------------------------------------------------------------------------------------------

    def command(self, node: Any) -> Syntax:
        operator, name = "", None
        elements: list[Syntax] = []
        redirections: list[Syntax] = []
        for one in node.named_children:
            if one.type == "command_invokation_operator":
                operator = self.raw(one)
            elif one.type in ("command_name", "command_name_expr"):
                name = self.command_name(one)
            elif one.type == "command_elements":
                elements, redirections = self.elements(one)
            elif one.type not in ("comment", "command_argument_sep"):
                self.fail(one)
        return self.node(
            "command", node, operator=operator, name=name, elements=elements, redirections=redirections,
        )  # fmt: skip

    def command_name(self, node: Any) -> Syntax:
        if node.type == "command_name_expr":
            inner = self.children(node)[0]
            if inner.type not in ("path_command_name", "command_name"):
                return self.expression(inner)
            held = self.children(inner)
            if len(held) == 1 and held[0].type == "variable" and self.raw(held[0]) == self.raw(inner):
                return self.variable(held[0])
            node = inner
        text = self.raw(node)
        return self.node("string", node, value=re.sub(r"`(.)|\"|'", lambda match: match[1] or "", text))

    def elements(self, node: Any) -> tuple[list[Syntax], list[Syntax]]:
        """(arguments and parameters, redirections) of a command."""
        found: list[Syntax] = []
        redirections: list[Syntax] = []
        glued = False
        for one in node.named_children:
            if one.type == "command_argument_sep":
                glued = self.raw(one) == ":"
                continue
            if one.type == "comment":
                continue
            if one.type == "redirection":
                redirections.append(self.redirection(one))
            elif one.type == "stop_parsing":
                found += [self.node("bareword", one, value=word) for word in self.raw(one)[3:].split()]
            elif one.type == "command_parameter":
                found.append(self.node("named", one, name=self.raw(one).lstrip("-"), text=self.raw(one), value=None))
            elif one.type == "argument_list":
                self.glued(found, one)
            else:
                value = self.argument(one)
                if glued and found and found[-1].kind == "named":
                    last = found.pop()
                    value = Syntax("named", last.start, value.end, name=last.name, text=last.text, value=value)
                found.append(value)
            glued = False
        return found, redirections

    def glued(self, found: list[Syntax], node: Any) -> None:
        """Parentheses right behind an argument: a call of a member, else an argument of their own."""
        last = found[-1] if found else None
        inner = last.value if last is not None and last.kind == "named" else last
        while isinstance(inner, Syntax) and inner.kind == "list":
            inner = inner.items[-1]
        if isinstance(inner, Syntax) and inner.kind == "member":
            found.append(self.called(found.pop(), node))
            return
        held = node.child_by_field_name("argument_expression_list")
        given = [self.expression(one) for one in self.children(held)] if held is not None else []
        found.append(given[0] if len(given) == 1 else self.node("list", node, items=given))

    def called(self, target: Syntax | None, arguments: Any) -> Syntax:
        """A member and the arguments behind it, which the grammar keeps apart: a call."""
        start, end = self.place(arguments)
        if target is not None and target.kind == "named" and target.value is not None:
            return Syntax("named", target.start, end, name=target.name, text=target.text,
                          value=self.called(target.value, arguments))  # fmt: skip
        if target is not None and target.kind == "list":
            items = [*target.items[:-1], self.called(target.items[-1], arguments)]
            return Syntax("list", target.start, end, items=items)
        if target is None or target.kind != "member":
            self.fail(arguments)
            raise AssertionError
        inside = arguments.child_by_field_name("argument_expression_list")
        given = self.given(inside)
        return Syntax(
            "invoke", target.start, end, target=target.target, name=target.name, arguments=given, static=False
        )

    def argument(self, node: Any) -> Syntax:
        if self.raw(node)[:1] == "[" and node.type != "generic_token":
            # A type begins no expression where a command's arguments stand.
            return self.node("bareword", node, value=self.raw(node))
        if node.type != "generic_token":
            return self.expression(node)
        text = self.raw(node)
        number = _number(text)
        if number is not None:
            return self.node("number", node, value=number)
        if "$" in text:
            return self.expand(text, node)
        return self.node("bareword", node, value=re.sub(r"`(.)", r"\1", text).replace('"', ""))

    def expand(self, text: str, of: Any) -> Syntax:
        """A bareword with variables in it: as if it stood in quotation marks."""
        held = parse('"' + text.replace('"', '""') + '"', self.version).end_block
        if held is None:
            self.fail(of)
        inner: Syntax = held.statements[0].elements[0]
        return inner

    def redirection(self, node: Any) -> Syntax:
        held = self.children(node)
        operator = self.raw(held[0])
        stream = operator[0]
        if stream in "3456*" and self.version < 3:
            self.fail(node)
        target = None
        if len(held) > 1:
            inner = [one for one in self.children(held[1]) if one.type != "command_argument_sep"]
            target = self.argument(inner[0]) if inner else self.inner(self.raw(held[1]), held[1])
        return self.node("redirection", node, operator=operator, target=target)

    # --- expressions -------------------------------------------------------------------------------------------------

    def expression(self, node: Any) -> Syntax:
        if node.type in _LAYERS:
            return self.layer(node)
        reader = getattr(self, f"read_{node.type}", None)
        if reader is None:
            start, end = self.place(node)
            raise NotUnderstood(f"lab: the expression {node.type} is not modelled", "NotModelled", start, end)
        made: Syntax = reader(node)
        return made

    def layer(self, node: Any) -> Syntax:
        """A level of operators: its only operand, a list, a unary or a binary operator."""
        held = [one for one in node.children if one.type != "comment"]
        if len(held) == 1:
            return self.expression(held[0])
        if any(one.type == "," for one in held) and held[0].type != ",":
            return self.node("list", node, items=[self.expression(one) for one in held if one.type != ","])
        if len(held) == 2:
            operator = self.raw(held[0]).lower()
            operand = self.expression(held[1])
            if operator == ",":
                # `,` binds to all that follows in a list: `,1,2` has the list (1) and then 2.
                return self.node("list", node, items=[operand])
            return self.node("unary", node, operator=operator, operand=operand)
        if len(held) != 3:
            self.fail(node)
        operator = self.raw(held[1]).lower()
        if self.version < LATER_OPERATORS.get(operator, 0):
            self.fail(held[1])
        return self.node(
            "binary", node, operator=operator, left=self.expression(held[0]), right=self.expression(held[2])
        )

    def read_simple_name(self, node: Any) -> Syntax:
        return self.node("string", node, value=self.raw(node))

    def read_variable(self, node: Any) -> Syntax:
        return self.variable(node)

    def variable(self, node: Any) -> Syntax:
        text = self.raw(node)
        splat = text.startswith("@")
        name = text[2:-1] if text.startswith("${") else text[1:]
        scope, colon, rest = name.partition(":")
        if not colon:
            scope, rest = "", name
        if scope.lower() == "using" and self.version < 3:
            self.fail(node)
        return self.node("variable", node, scope=scope.lower(), name=rest, splat=splat)

    def read_decimal_integer_literal(self, node: Any) -> Syntax:
        return self.node("number", node, value=_number(self.raw(node)))

    read_hexadecimal_integer_literal = read_decimal_integer_literal
    read_real_literal = read_decimal_integer_literal

    def read_verbatim_string_characters(self, node: Any) -> Syntax:
        return self.node("string", node, value=self.raw(node)[1:-1].replace("''", "'"))

    def read_verbatim_here_string_characters(self, node: Any) -> Syntax:
        return self.node("string", node, value=_here(self.raw(node)))

    def read_expandable_string_literal(self, node: Any) -> Syntax:
        return self.parts(node, node.start_byte + 1, node.end_byte - 1, node)

    def read_expandable_here_string_literal(self, node: Any) -> Syntax:
        raw: bytes = node.text
        start = node.start_byte + raw.index(b"\n") + 1
        end = node.end_byte - len(raw) + max(raw.rindex(b"\n"), raw.index(b"\n") + 1)
        if self.text[end - 1 : end] == b"\r" and end - 1 >= start:
            end -= 1
        return self.parts(node, start, max(start, end), node)

    def parts(self, node: Any, start: int, end: int, of: Any) -> Syntax:
        """A string with variables and subexpressions: pieces of text and expressions, in their order."""
        here = of.type == "expandable_here_string_literal"
        found: list[str | Syntax] = []
        for one in self.children(node, "variable", "sub_expression"):
            found.append(_unescaped(self.text[start : one.start_byte].decode("utf-8"), here))
            found.append(self.expression(one))
            start = one.end_byte
        found.append(_unescaped(self.text[start:end].decode("utf-8"), here))
        if len(found) == 1:
            return self.node("string", node, value=found[0])
        return self.node("expand", node, parts=[one for one in found if one != ""])

    def read_sub_expression(self, node: Any) -> Syntax:
        held = node.child_by_field_name("statements")
        return self.node("sub", node, body=None if held is None else self.block(held))

    def read_array_expression(self, node: Any) -> Syntax:
        held = node.child_by_field_name("statements")
        return self.node("array", node, body=None if held is None else self.block(held))

    def read_parenthesized_expression(self, node: Any) -> Syntax:
        return self.node("paren", node, body=self.statement(self.child(node, "pipeline")))

    def read_script_block_expression(self, node: Any) -> Syntax:
        held = self.child(node, "param_block")
        parameters = self.parameters(self.child(held, "parameter_list")) if held is not None else []
        inner = self.child(node, "script_block")
        made = self.script(inner, parameters) if inner is not None else self.script(node)
        start, end = self.place(node)
        return Syntax("scriptblock", start, end, body=made, text=self.source[start + 1 : end - 1])

    def read_hash_literal_expression(self, node: Any) -> Syntax:
        held = self.child(node, "hash_literal_body")
        entries = []
        for one in self.children(held, "hash_entry") if held is not None else []:
            key, value = self.children(one)[0], self.children(one)[1:]
            entries.append((self.expression(self.children(key)[0]), self.statement(value[0])))
        return self.node("hash", node, entries=entries)

    def read_type_literal(self, node: Any) -> Syntax:
        return self.node("type", node, name=self.type_name(node))

    def type_name(self, node: Any) -> str:
        return re.sub(r"\s+", "", self.raw(node)[1:-1])

    def read_cast_expression(self, node: Any) -> Syntax:
        kind, value = self.children(node)
        name = self.type_name(kind)
        if self.raw(value).startswith(","):
            # The grammar takes `[type], value` for a cast of a list; it is a type and what follows.
            return self.node("list", node, items=[self.expression(kind), *self.expression(value).items], apart=True)
        if self.version < 3 and name.lower() == "ordered":
            start, end = self.place(kind)
            raise NotUnderstood("Unable to find type [ordered]: make sure that the assembly containing this type is "
                                "loaded.", "TypeNotFound", start, end)  # fmt: skip
        return self.node("cast", node, type=name, operand=self.expression(value))

    def read_member_access(self, node: Any) -> Syntax:
        held = [one for one in node.children if one.type != "comment"]
        static = held[1].type == "::"
        return self.node("member", node, target=self.expression(held[0]), name=self.member(held[2]), static=static)

    def member(self, node: Any) -> Syntax:
        return self.expression(self.children(node)[0])

    def read_invokation_expression(self, node: Any) -> Syntax:
        held = [one for one in node.children if one.type != "comment"]
        if held[0].type == "invokation_foreach_expression":
            inner = held[0]
            if self.version < 4:
                self.fail(inner)
            block = self.expression(self.child(inner, "script_block_expression"))
            target = self.expression(self.children(inner)[0])
            name = self.node("string", inner, value="foreach")
            return self.node("invoke", node, target=target, name=name, arguments=[block], static=False)
        static = held[1].type == "::"
        inside = held[3].child_by_field_name("argument_expression_list")
        arguments = self.given(inside)
        return self.node(
            "invoke", node, target=self.expression(held[0]), name=self.member(held[2]), arguments=arguments,
            static=static,
        )  # fmt: skip

    def given(self, node: Any) -> list[Syntax]:
        """The arguments of a call."""
        found: list[Syntax] = []
        for one in self.children(node) if node is not None else []:
            value = self.expression(one)
            found += value.items if value.kind == "list" and getattr(value, "apart", False) else [value]
        return found

    def read_element_access(self, node: Any) -> Syntax:
        target, index = self.children(node)
        return self.node("index", node, target=self.expression(target), index=self.expression(index))

    def step(self, node: Any, by: int, before: bool) -> Syntax:
        return self.node("step", node, target=self.expression(self.children(node)[0]), by=by, before=before)

    def read_post_increment_expression(self, node: Any) -> Syntax:
        return self.step(node, 1, False)

    def read_post_decrement_expression(self, node: Any) -> Syntax:
        return self.step(node, -1, False)

    def read_pre_increment_expression(self, node: Any) -> Syntax:
        return self.step(node, 1, True)

    def read_pre_decrement_expression(self, node: Any) -> Syntax:
        return self.step(node, -1, True)


_LOOPS = {"while_statement", "do_statement", "for_statement", "foreach_statement", "switch_statement"}


def _number(text: str) -> int | float | None:
    """A number as it stands in a script; None for what is none. A real one has a point, an exponent or `d`."""
    match = re.fullmatch(r"(?i)([+-]?)(0x[0-9a-f]+|\d*\.?\d+(?:e[+-]?\d+)?)([ld]?)(kb|mb|gb|tb|pb)?", text)
    if match is None:
        return None
    body = match[2].lower()
    value: int | float = (
        int(body, 16) if body.startswith("0x") else float(body) if re.search("[.e]", body) else int(body)
    )
    value = (-value if match[1] == "-" else value) * _MULTIPLES.get((match[4] or "").lower(), 1)
    # A hexadecimal literal of 32 bits is a signed number.
    return value - 2**32 if body.startswith("0x") and isinstance(value, int) and 2**31 <= value < 2**32 else value


def _unescaped(text: str, here: bool) -> str:
    text = text if here else text.replace('""', '"')
    return re.sub(r"`(\r\n|.|\n)", lambda match: _ESCAPES.get(match[1][0], match[1]), text, flags=re.DOTALL)


def _here(raw: str) -> str:
    inner = raw[raw.index("\n") + 1 :]
    last = max(inner.rfind("\n"), 0)
    return inner[:last].removesuffix("\r")
