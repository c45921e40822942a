/**
 * @file The part of the ONNX file format that graphs need, for protobufjs, with the message names and field numbers of
 * the ONNX specification (onnx.ai, IR version 9).
 */
import protobuf from 'protobufjs/light.js';

type Field = [type: string, number: number, rule?: 'repeated'];

const messages: Record<string, Record<string, Field>> = {
  ModelProto: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    graph: ['GraphProto', 7],
    opsetImport: ['OperatorSetIdProto', 8, 'repeated'],
  },
  OperatorSetIdProto: { domain: ['string', 1], version: ['int64', 2] },
  GraphProto: {
    node: ['NodeProto', 1, 'repeated'],
    name: ['string', 2],
    initializer: ['TensorProto', 5, 'repeated'],
    input: ['ValueInfoProto', 11, 'repeated'],
    output: ['ValueInfoProto', 12, 'repeated'],
  },
  NodeProto: {
    input: ['string', 1, 'repeated'],
    output: ['string', 2, 'repeated'],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['AttributeProto', 5, 'repeated'],
    domain: ['string', 7],
  },
  AttributeProto: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['bytes', 4],
    ints: ['int64', 8, 'repeated'],
    type: ['int32', 20],
  },
  TensorProto: {
    dims: ['int64', 1, 'repeated'],
    dataType: ['int32', 2],
    name: ['string', 8],
    rawData: ['bytes', 9],
    externalData: ['StringStringEntryProto', 13, 'repeated'],
    dataLocation: ['int32', 14],
  },
  StringStringEntryProto: { key: ['string', 1], value: ['string', 2] },
  ValueInfoProto: { name: ['string', 1], type: ['TypeProto', 2] },
  TypeProto: { tensorType: ['TypeProtoTensor', 1] },
  TypeProtoTensor: { elemType: ['int32', 1], shape: ['TensorShapeProto', 2] },
  TensorShapeProto: { dim: ['Dimension', 1, 'repeated'] },
  Dimension: { dimValue: ['int64', 1] },
};

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(messages).map(([message, fields]) => [
      message,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([name, [type, id, rule]]) => [
            name,
            // Repeated numbers unpacked, as proto2 writes them.
            { type, id, ...(rule && { rule, options: { packed: false } }) },
          ]),
        ),
      },
    ]),
  ),
});

const modelType = root.lookupType('ModelProto');

/** ONNX's codes for element types. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
  float8_e4m3fn: 17,
  float8_e5m2: 19,
} as const;

/** ONNX's codes for attribute types. */
export const attributeTypes = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** A tensor of the file format, with its values inline or in an external file. */
export interface TensorProto {
  dims: number[];
  dataType: number;
  name: string;
  rawData?: Uint8Array;
  externalData?: { key: string; value: string }[];
  dataLocation?: number;
}

/** An attribute of a node. */
export interface AttributeProto {
  name: string;
  type: number;
  f?: number;
  i?: number;
  s?: Uint8Array;
  ints?: number[];
}

/** A node of the file format. */
export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  attribute: AttributeProto[];
}

/** Name and type of a graph's input or output. */
export interface ValueInfoProto {
  name: string;
  type: { tensorType: { elemType: number; shape: { dim: { dimValue: number }[] } } };
}

/** A whole model. */
export interface ModelProto {
  irVersion: number;
  producerName: string;
  opsetImport: { domain: string; version: number }[];
  graph: {
    name: string;
    node: NodeProto[];
    initializer: TensorProto[];
    input: ValueInfoProto[];
    output: ValueInfoProto[];
  };
}

/** The bytes of an ONNX file. */
export function encodeModel(model: ModelProto): Uint8Array {
  return modelType.encode(modelType.fromObject(model)).finish();
}
