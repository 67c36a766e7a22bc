/**
 * Parts of the schema that every project gets unless it writes them itself: a part is left out whole when the project
 * declares one of its types or root fields.
 */
export const systemParts: readonly { readonly file: string; readonly text: string }[] = [
  {
    file: 'thau/node.graphql',
    text: /* GraphQL */ `
      extend type Query {
        "Any row by its global id."
        node(id: ID!): Node
        "Several rows by their global ids, in that order; null where there is none."
        nodes(ids: [ID!]!): [Node]!
      }
    `,
  },
  {
    file: 'thau/warehouse.graphql',
    text: /* GraphQL */ `
      extend type Query {
        "How the tables came to be: models, runs, generations, schedules."
        warehouse: Warehouse!
      }

      type Warehouse {
        "What readers see now."
        currentGeneration: Generation @one
        generations: GenerationConnection! @many(order: ["generation desc"])
        runs: RunConnection! @many(order: ["run_id desc"])
        run(id: ID!): Run @one
        "The published models."
        models: [Model!]! @many(order: ["name"])
        model(name: String!): Model @one
        "Which columns each column's value comes from, one step up: filter by model for where it comes from, by fromModel for what it becomes."
        lineage: ColumnOriginConnection!
          @many(order: ["model", "column_name", "from_model", "from_column"], aggregate: false)
        "What the models read from outside, and how fresh it was when \`thau source freshness\` looked last."
        sources: [WarehouseSource!]! @many(order: ["name"])
        source(name: String!): WarehouseSource @one
        "The newest result of each test."
        tests: ModelTestConnection! @many(order: ["node_id"], aggregate: false)
        schedules: [Schedule!]! @many(order: ["name"])
        "Runs, cancellations and rollbacks that were asked for."
        requests: RunRequestConnection! @many(order: ["request_id desc"])
      }

      "One published run's complete set of tables."
      type Generation implements Node @relation(model: "thau.generations", key: ["generation"]) {
        id: ID!
        generation: BigInt!
        publishedAt: DateTime!
        "No longer kept."
        retiredAt: DateTime
        run: Run @one(on: ["run_id"])
      }

      "One attempt to bring selected nodes up to date."
      type Run implements Node @relation(model: "thau.runs", key: ["run_id"]) {
        id: ID!
        runId: BigInt!
        "manual, schedule:<name>, start, request:<id>"
        trigger: String!
        "build, run, test, seed, snapshot"
        command: String!
        state: RunState!
        args: JSON!
        target: String!
        startedAt: DateTime!
        finishedAt: DateTime
        "What it published, if it did."
        generation: BigInt
        error: JSON
        summary: JSON
        nodes: [RunNode!]! @many(on: ["run_id"], order: ["started_at nulls last", "node_id"])
      }

      enum RunState {
        RUNNING
        PUBLISHED
        SUCCEEDED
        FAILED
        CANCELLED
        SUPERSEDED
      }

      "What a run did with one node."
      type RunNode @relation(model: "thau.run_nodes", key: ["run_id", "node_id"]) {
        nodeId: String!
        resourceType: String!
        name: String!
        "success, pass, warn, fail, error, skipped, carried"
        status: String!
        relation: String
        startedAt: DateTime
        finishedAt: DateTime
        seconds: Float @unit(code: "s")
        rowsAffected: BigInt
        failures: BigInt
        message: String
        error: JSON
      }

      "A published relation."
      type Model @relation(model: "thau.models", key: ["name"]) {
        name: String!
        nodeId: String!
        description: String
        "Where SQL clients find its stable view."
        schemaName: String!
        alias: String!
        estimatedRows: Float
        "When its rows were last built."
        builtAt: DateTime
        "An input was rebuilt without it since."
        staleSince: DateTime
        builtBy: Run @one(on: ["built_by = run_id"])
        columns: [ModelColumn!]! @many(on: ["name = model"], order: ["position"])
        "Models and sources (crm.contacts) that it reads."
        dependsOn: [String!]!
      }

      "One column that a column's value comes from, as its SQL says."
      type ColumnOrigin
        @relation(model: "thau.lineage", key: ["model", "column_name", "from_model", "from_column"]) {
        model: String!
        column: String! @column(name: "column_name")
        "A model, or a source: crm.contacts."
        fromModel: String!
        fromColumn: String!
      }

      "A table that something else fills."
      type WarehouseSource @relation(model: "thau.sources", key: ["name"]) {
        "crm.contacts"
        name: String!
        "crm"
        sourceName: String!
        "Null where it was never checked: freshness needs loaded_at_field and warn_after or error_after."
        status: FreshnessStatus
        "When its newest row was loaded."
        newestAt: DateTime
        checkedAt: DateTime
        "How old that row was then."
        age: Float @unit(code: "s")
        warnAfter: Float @unit(code: "s")
        errorAfter: Float @unit(code: "s")
        "Why it could not be checked."
        message: String
        "Models that read it."
        readBy: [String!]!
      }

      enum FreshnessStatus {
        PASS
        WARN
        ERROR
        "The check itself failed: see message."
        RUNTIME_ERROR
      }

      type ModelTest @relation(model: "thau.tests", key: ["node_id"]) {
        nodeId: String!
        name: String!
        "pass, warn, fail, error"
        status: String!
        failures: BigInt
        message: String
        testedAt: DateTime
        run: Run @one(on: ["run_id"])
      }

      type ModelColumn @relation(model: "thau.columns", key: ["model", "name"]) {
        name: String!
        "PostgreSQL's name of the type."
        type: String!
        description: String
        "Proven to have a value in every row."
        notNull: Boolean!
        position: Int!
        "The columns its value comes from, one step up: orders.revenue, crm.contacts.email; none for what is counted or made up."
        derivedFrom: [String!]!
      }

      type Schedule @relation(model: "thau.schedules", key: ["name"]) {
        name: String!
        "Null where it waits for its sources alone."
        cron: String
        "Whether it runs when a source of its nodes changed."
        onSourceChange: Boolean!
        timezone: String!
        selection: JSON!
        enabled: Boolean!
        nextRunAt: DateTime
        lastRun: Run @one(on: ["last_run_id = run_id"])
      }

      "Work that was asked for; the schedule's leader does it."
      type RunRequest implements Node @relation(model: "thau.requests", key: ["request_id"]) {
        id: ID!
        requestId: BigInt!
        "run, cancel, rollback"
        kind: String!
        args: JSON!
        requestedBy: String!
        requestedAt: DateTime!
        state: RequestState!
        answer: JSON
        run: Run @one(on: ["run_id"])
      }

      enum RequestState {
        WAITING
        TAKEN
        DONE
        REFUSED
      }
    `,
  },
  {
    file: 'thau/subscriptions.graphql',
    text: /* GraphQL */ `
      extend type Subscription {
        "Every generation as it is published; with after, from the one behind that number on."
        generationPublished(after: BigInt): Generation!
        "A run as it goes on: at once, then whenever a node is done or its state changes, and at last its end. Without a number, every run from now on."
        runProgress(runId: BigInt): Run!
        "Rows of metrics, whole, each time a publish changed any of them."
        metricChanged: [MetricRow!]! @metrics
      }
    `,
  },
  {
    file: 'thau/metrics.graphql',
    text: /* GraphQL */ `
      extend type Query {
        "Metrics as flat rows: one per metric, period and group."
        metrics: [MetricRow!]! @metrics
      }
    `,
  },
  {
    file: 'thau/metric-catalog.graphql',
    text: /* GraphQL */ `
      extend type Query {
        "Every metric with its definition."
        metricCatalog: [Metric!]! @many(order: ["name"], aggregate: false)
        metric(name: String!): Metric @one
      }

      "What a metric means and how it is computed."
      type Metric @relation(model: "thau.metrics", key: ["name"]) {
        name: String!
        label: String
        description: String
        "simple, ratio, derived, cumulative"
        type: String!
        formula: String!
        unit: String
        "How lower and upper are computed: nps, wilson, t."
        interval: String @column(name: "interval_method")
        window: String
        "What is not counted."
        leftOut: String
        owner: String
        source: String
        "The model whose rows it is computed from."
        model: Model @one(on: ["model = name"])
        "The SQL of one day's value."
        sql: String
        grains: [String!]!
        dimensions: [String!]!
        "Metrics it is computed of."
        inputs: [String!]!
        "When the rows it is computed from were last built: of several models, the oldest."
        freshness: DateTime @column(name: "built_at")
        "Since when rows that those are made of were rebuilt without them."
        staleSince: DateTime
        "Every model and source its rows come from."
        lineage: [String!]!
      }
    `,
  },
];
